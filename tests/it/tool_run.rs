//! What the command-line tool shows while it runs, and how it ends early.

use std::fs::File;
use std::io::Read;
use std::pin::pin;
use std::process::Stdio;

use futures_util::future::{self, Either};
use wiremock::{MockServer, ResponseTemplate};

use crate::faulty_storage::{Behaviour, FaultyStorage};
use crate::mock_server::{
    PYANNOTE, presigned, requests, serve, serve_once, serve_storage, serve_upload_url, storage_server,
};
use crate::tool::{bare_tool, files, run, tool, with};

/// Storage that stalls during an upload, its API, and a file.
async fn stalling() -> (FaultyStorage, MockServer, tempfile::NamedTempFile) {
    let (storage, api) =
        (FaultyStorage::start([Behaviour::StallAfter(1 << 20)]).await, MockServer::start().await);
    serve_upload_url(&api, &presigned(&storage.origin)).await;
    let file = tempfile::NamedTempFile::new().unwrap();
    file.as_file().set_len(16 << 20).unwrap();
    (storage, api, file)
}

#[cfg(unix)]
#[tokio::test]
async fn an_interrupt_stops_the_tool_at_once() {
    use nix::sys::signal::{Signal, kill};
    let (storage, api, file) = stalling().await;
    let mut tool = with(tool("pyannote", &api.uri()), [file.path()]);
    let child = tool.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let id = nix::unistd::Pid::from_raw(child.id().try_into().unwrap());
    let mut end = tokio::task::spawn_blocking(move || child.wait_with_output().unwrap());
    if let Either::Left((early, _)) = future::select(&mut end, pin!(storage.connection_end())).await {
        panic!("the tool ended before the interrupt: {early:?}");
    }
    kill(id, Signal::SIGINT).unwrap();
    let output = end.await.unwrap();
    assert_eq!((output.status.code(), output.stdout.len()), (Some(130), 0));
    assert_eq!(
        String::from_utf8(output.stderr).unwrap(),
        format!("interrupted: 1 file was not sent: {}\n", file.path().display())
    );
}

/// The test is the other end of a pseudo-terminal.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_progress_bar_on_a_terminal_begins_again_and_says_why_and_standard_output_has_only_the_url() {
    let size = nix::pty::Winsize { ws_row: 24, ws_col: 100, ws_xpixel: 0, ws_ypixel: 0 };
    let terminal = nix::pty::openpty(&size, None).unwrap();
    let storage = FaultyStorage::start([Behaviour::ResetAfter(48 << 20)]).await;
    let api = MockServer::start().await;
    serve_upload_url(&api, &presigned(&storage.origin)).await;
    let file = tempfile::NamedTempFile::new().unwrap();
    file.as_file().set_len(64 << 20).unwrap();

    let tool = with(tool("pyannote", &api.uri()), [file.path()]);
    let mut tool = with(tool, ["--url", "media://interview"]);
    let child = tool.env("TERM", "xterm").stdout(Stdio::piped()).stderr(terminal.slave).spawn().unwrap();
    drop(tool);
    let screen = tokio::task::spawn_blocking(move || {
        let mut screen = Vec::new();
        // Reading ends with an error when the last process of the terminal has ended.
        let _ = File::from(terminal.master).read_to_end(&mut screen);
        String::from_utf8_lossy(&screen).into_owned()
    });
    let output = tokio::task::spawn_blocking(move || child.wait_with_output().unwrap()).await.unwrap();
    let screen = screen.await.unwrap();
    assert_eq!(String::from_utf8(output.stdout).unwrap(), "media://interview\n");
    let frames: std::collections::BTreeSet<&str> =
        screen.split(['\r', '\n']).filter(|line| line.contains("/64.00 MiB")).collect();
    assert!(frames.len() > 1, "the bar did not move: {screen:?}");
    assert!(screen.contains("the connection failed, waiting"), "{screen:?}");
    assert!(screen.contains("attempt 2: the connection failed"), "{screen:?}");
    // The numbers before "MiB/64.00 MiB"; the bar at its beginning shows "0 B".
    let sent = screen.split("/64.00 MiB").map(|before| before.rsplit(' ').nth(1).unwrap_or_default());
    let sent: Vec<f64> = sent.filter_map(|number| number.parse().ok()).collect();
    assert!(sent.windows(2).any(|two| two[1] < two[0]), "the bar did not go back: {sent:?}");
}

#[tokio::test]
async fn a_refused_credential_ends_the_batch() {
    let (server, (_folder, files)) =
        (MockServer::start().await, files(["0", "1", "2", "3", "4", "5", "6", "7", "8"]));
    serve(&server, PYANNOTE, ResponseTemplate::new(401)).await;
    let (stdout, stderr, code) =
        run(with(with(tool("pyannote", &server.uri()), &files), ["--json", "--jobs", "4"])).await;
    assert!(code == 1 && requests(&server).await.len() <= 4, "{stderr}");
    let [error, rest] = stderr.lines().collect::<Vec<_>>()[..] else { panic!("two lines, not {stderr}") };
    assert!(error.contains("answered 401: check the credential"), "{error}");
    assert!(rest.starts_with("the credential was refused: 8 files were not sent: "), "{rest}");
    let unsent = stdout.lines().filter(|line| line.contains("not sent: the credential was refused")).count();
    assert_eq!((stdout.lines().count(), unsent), (9, 8), "{stdout}");
}

#[tokio::test]
async fn with_fail_fast_the_first_failure_ends_the_batch() {
    let (server, (folder, [a, b])) =
        (storage_server(ResponseTemplate::new(200)).await, files(["a.wav", "b.wav"]));
    let absent = folder.path().join("absent.wav");
    let files = [&absent, &a, &b];
    let (_, stderr, code) =
        run(with(with(tool("pyannote", &server.uri()), files), ["--fail-fast", "--quiet"])).await;
    let last = stderr.lines().last().unwrap();
    assert!(code == 1 && last.contains("absent.wav failed: ") && last.contains("not sent: "), "{stderr}");
    let (stdout, _, code) = run(with(tool("pyannote", &server.uri()), files)).await;
    assert_eq!((stdout.lines().count(), code), (2, 1), "without the flag, the others are sent");
}

#[tokio::test]
async fn each_retry_is_a_line_if_there_is_no_terminal() {
    let (server, (_folder, [file])) = (MockServer::start().await, files(["a.wav"]));
    serve_once(&server, PYANNOTE, ResponseTemplate::new(503)).await;
    serve_storage(&server, ResponseTemplate::new(200)).await;
    let (_, stderr, code) = run(with(tool("pyannote", &server.uri()), [&file])).await;
    let lines: Vec<&str> = stderr.lines().collect();
    assert!(code == 0 && lines.len() == 2 && lines[0].contains("a.wav: retry in 0."), "{stderr}");
    assert!(lines[0].ends_with("pyannote getMediaUploadURL: answered 503: try again later"), "{stderr}");
    server.reset().await;
    serve_once(&server, PYANNOTE, ResponseTemplate::new(503)).await;
    serve_storage(&server, ResponseTemplate::new(200)).await;
    let (_, stderr, _) = run(with(with(tool("pyannote", &server.uri()), [&file]), ["--quiet"])).await;
    assert_eq!(stderr, "");
}

#[tokio::test]
async fn retries_are_limited_by_number_and_by_time() {
    let (server, (_folder, [file])) = (MockServer::start().await, files(["a.wav"]));
    serve(&server, PYANNOTE, ResponseTemplate::new(503)).await;
    for (limit, attempts) in [(["--retries", "0"], 1), (["--retries", "1"], 2), (["--retry-for", "0"], 1)] {
        server.reset().await;
        serve(&server, PYANNOTE, ResponseTemplate::new(503)).await;
        assert_eq!(run(with(with(tool("pyannote", &server.uri()), [&file]), limit)).await.2, 1);
        assert_eq!(requests(&server).await.len(), attempts, "{limit:?}");
    }
}

#[tokio::test]
async fn timeouts_are_set_in_seconds() {
    let (storage, api, file) = stalling().await;
    let limited = |flag: &str| {
        with(with(tool("pyannote", &api.uri()), [file.path()]), [flag, "0.05", "--retries", "0"])
    };
    let (_, stderr, code) = run(limited("--stall-timeout")).await;
    assert!(code == 1 && stderr.contains("no byte of the media was sent for 50ms"), "{stderr}");
    drop(storage);
    // The backlog of the listener accepts connections, and no one reads from them.
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let silent = format!("http://{}", listener.local_addr().unwrap());
    let limits = ["--timeout", "0.05", "--connect-timeout", "5", "--retries", "0"];
    let (_, stderr, code) = run(with(with(tool("pyannote", &silent), [file.path()]), limits)).await;
    assert!(code == 1 && stderr.contains("no response arrived within 50ms"), "{stderr}");
    for (flag, value) in
        [("--timeout", "-1"), ("--connect-timeout", "soon"), ("--stall-timeout", ""), ("--retry-for", "1e99")]
    {
        let wrong = with(with(tool("pyannote", &silent), [file.path()]), [format!("{flag}={value}")]);
        let (_, stderr, code) = run(wrong).await;
        assert!(
            code == 2 && stderr.contains("give a number of seconds, for example 90 or 0.5"),
            "{flag}: {stderr}"
        );
    }
}

#[tokio::test]
async fn the_content_type_is_sent_if_it_is_given() {
    let (server, (_folder, [file])) = (storage_server(ResponseTemplate::new(200)).await, files(["a.wav"]));
    let given = with(with(tool("pyannote", &server.uri()), [&file]), ["--content-type", "audio/wav"]);
    assert_eq!(run(given).await.2, 0);
    assert_eq!(requests(&server).await[1].headers["content-type"], "audio/wav");
    let wrong = with(with(tool("pyannote", &server.uri()), [&file]), ["--content-type", "audio\nwav"]);
    let (_, stderr, code) = run(wrong).await;
    assert!(code == 2 && stderr.contains("give one like audio/wav"), "{stderr}");
}

#[tokio::test]
async fn a_prefix_begins_each_media_url() {
    let (server, (_folder, [file])) = (storage_server(ResponseTemplate::new(200)).await, files(["a.wav"]));
    let prefixed = |prefix: &str| with(with(tool("pyannote", &server.uri()), [&file]), ["--prefix", prefix]);
    let (stdout, _, code) = run(prefixed("interviews/2026-")).await;
    assert!(code == 0 && stdout.starts_with("media://interviews/2026-a-"), "{stdout}");
    let (_, stderr, code) = run(prefixed("a b")).await;
    assert!(code == 2 && stderr.contains("the API document does not allow this media URL"), "{stderr}");
    assert_eq!(run(with(prefixed("a"), ["--url", "media://b"])).await.2, 2);
}

#[tokio::test]
async fn root_certificates_are_read_from_a_file() {
    let (server, (folder, [file])) = (storage_server(ResponseTemplate::new(200)).await, files(["a.wav"]));
    let pem = folder.path().join("roots.pem");
    let trusting = |pem: &std::path::Path| {
        with(with(tool("pyannote", &server.uri()), [&file]), ["--cacert".as_ref(), pem.as_os_str()])
    };
    std::fs::write(&pem, "").unwrap();
    assert_eq!(run(trusting(&pem)).await.2, 0);
    std::fs::write(&pem, "-----BEGIN CERTIFICATE-----\n?\n-----END CERTIFICATE-----\n").unwrap();
    let (_, stderr, code) = run(trusting(&pem)).await;
    assert!(
        code == 2 && stderr.contains("the root certificates cannot be read: give them in PEM format"),
        "{stderr}"
    );
    let (_, stderr, code) = run(trusting("/nonexistent".as_ref())).await;
    assert!(
        code == 2 && stderr.contains("the root certificates cannot be read from /nonexistent"),
        "{stderr}"
    );
}

#[tokio::test]
async fn verbose_prints_each_request_without_secrets() {
    let (server, (_folder, [file])) = (storage_server(ResponseTemplate::new(200)).await, files(["a.wav"]));
    let (stdout, stderr, code) =
        run(with(with(tool("pyannote", &server.uri()), [&file]), ["--verbose"])).await;
    assert_eq!((stdout.lines().count(), code), (1, 0));
    for part in [
        "getMediaUploadURL",
        "http.response.status_code=201",
        "http.response.status_code=200",
        "starting new connection",
    ] {
        assert!(stderr.contains(part), "{part}: {stderr}");
    }
}

#[tokio::test]
async fn every_flag_is_in_the_help_the_manual_page_the_completions_and_the_readme() {
    let readme = include_str!("../../README.md");
    let print = async |arguments: &[&str]| run(with(bare_tool(), arguments)).await.0;
    let help = print(&["pyannote", "--help"]).await;
    let flags: Vec<&str> =
        help.split_whitespace().filter(|word| word.starts_with("--") && word.len() > 2).collect();
    assert!(flags.len() >= 18, "{flags:?}");
    let (man, completions) =
        (print(&["man", "pyannote"]).await.replace('\\', ""), print(&["completions", "bash"]).await);
    for flag in flags {
        let flag = flag.trim_end_matches(|c: char| !c.is_ascii_alphabetic());
        let shown = [&man, &completions].iter().all(|text| text.contains(flag));
        assert!(shown && (readme.contains(&format!("`{flag}")) || ["--help"].contains(&flag)), "{flag}");
    }
}
