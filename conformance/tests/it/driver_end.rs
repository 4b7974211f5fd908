//! The driver and all processes that it has started end with the suite.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::command::{conformance, messages, text};
use crate::process::{has_ended, started};
use crate::refusing_driver::{info, shell};

/// A driver that ignores SIGTERM and has a child process which does too. It writes the ids of both to a file and answers no case.
fn stubborn(pids: &Path) -> String {
    let child = r#"trap "" TERM HUP; while :; do sleep 1; done"#;
    format!(
        "trap '' TERM HUP; sh -c '{child}' & echo $! >{0}.new; echo $$ >>{0}.new; mv {0}.new {0}; \
         read -r line; echo '{1}'; cat >/dev/null; wait",
        pids.display(),
        info(1, 1),
    )
}

/// The ids of the processes, when the driver has written them.
fn started_processes(pids: &Path) -> Vec<String> {
    let began = Instant::now();
    loop {
        match std::fs::read_to_string(pids) {
            Ok(text) => return text.lines().map(str::to_owned).collect(),
            Err(_) if began.elapsed() < Duration::from_secs(60) => {
                std::thread::sleep(Duration::from_millis(10))
            }
            Err(error) => panic!("the driver has not started: {error}"),
        }
    }
}

#[track_caller]
fn assert_ended(processes: &[String]) {
    assert_eq!(processes.len(), 2);
    for pid in processes {
        assert!(has_ended(pid), "process {pid} still runs");
    }
}

fn suite(arguments: &[String]) -> Child {
    let mut command = Command::new(env!("CARGO_BIN_EXE_conformance"));
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    command.arg("--").args(arguments).current_dir(folder).stdout(Stdio::null()).stderr(Stdio::piped());
    command.spawn().unwrap()
}

#[test]
fn a_signal_to_the_suite_ends_the_driver_and_its_child_processes() {
    for (signal, code) in [("TERM", 143), ("INT", 130), ("HUP", 129)] {
        let folder = tempfile::tempdir().unwrap();
        let pids = folder.path().join("pids");
        let suite = suite(&shell(&stubborn(&pids)));
        let processes = started_processes(&pids);
        assert!(
            Command::new("kill").args(["-s", signal, &suite.id().to_string()]).status().unwrap().success()
        );
        let output = suite.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(code));
        let expected = format!("error: SIG{signal} ended the run; no report was written\n");
        assert_eq!(messages(&output), expected);
        assert_ended(&processes);
    }
}

#[test]
fn an_error_of_the_suite_ends_the_driver_and_its_child_processes() {
    let folder = tempfile::tempdir().unwrap();
    let pids = folder.path().join("pids");
    let wrong = stubborn(&pids).replace(r#""protocol":1"#, r#""protocol":2"#);
    let output = conformance(&["--", "sh", "-c", &wrong]);
    assert_eq!(output.status.code(), Some(3), "{}", text(&output.stderr));
    assert_ended(&started_processes(&pids));
}

#[tokio::test]
async fn a_driver_that_is_dropped_ends_with_its_child_processes() {
    let folder = tempfile::tempdir().unwrap();
    let pids = folder.path().join("pids");
    let driver = started(&shell(&stubborn(&pids))).await.unwrap();
    let processes = started_processes(&pids);
    drop(driver);
    // Its task ends with the input of the driver, or is dropped with the runtime.
    let began = Instant::now();
    while !processes.iter().all(|pid| has_ended(pid)) && began.elapsed() < Duration::from_secs(60) {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert_ended(&processes);
}
