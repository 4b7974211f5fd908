//! Outages and stalls in real time, with the command-line tool. `.ci/slow` runs these tests, because they take minutes.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use rusty_s3::actions::{PutObject, S3Action};
use rusty_s3::{Bucket, Credentials, UrlStyle};
use s3s::auth::SimpleAuth;
use s3s::service::S3ServiceBuilder;
use serde_json::{Value, json};

use crate::mock_server::KEY;

mod kills;

const ACCESS_KEY: &str = "AKIASENTINEL";
const SECRET_KEY: &str = "sentinel-secret";
const OBJECT: &str = "interview.wav";
/// The environment variable that makes [`s3_process`] serve: its address and its folder.
const SERVE: &str = "MEDIA_UPLOAD_SLOW_S3";
const MIB: usize = 1 << 20;

/// Not a test: an S3 server in a process of its own, which can be killed.
#[test]
#[ignore = "the other tests of this file start it"]
fn s3_process() {
    let Ok(serve) = std::env::var(SERVE) else { return };
    let (address, folder) = serve.split_once(' ').unwrap();
    let mut service = S3ServiceBuilder::new(s3s_fs::FileSystem::new(folder).unwrap());
    service.set_auth(SimpleAuth::from_single(ACCESS_KEY, SECRET_KEY));
    let service = service.build();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::bind(address).await.unwrap();
        while let Ok((stream, _)) = listener.accept().await {
            let service = service.clone();
            tokio::spawn(async move {
                let server = auto::Builder::new(TokioExecutor::new());
                let _ = server.serve_connection(TokioIo::new(stream), service).await;
            });
        }
    });
}

/// An address whose port is free now. The servers of these tests come back at the same address.
fn free_address() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
}

/// An S3 server that can be killed and started again.
struct S3 {
    address: SocketAddr,
    folder: tempfile::TempDir,
    process: Child,
}

impl S3 {
    fn start() -> Self {
        let (address, folder) = (free_address(), tempfile::tempdir().unwrap());
        std::fs::create_dir(folder.path().join("media")).unwrap();
        let process = Self::spawn(address, folder.path());
        Self { address, folder, process }
    }

    fn spawn(address: SocketAddr, folder: &Path) -> Child {
        let process = Command::new(std::env::current_exe().unwrap())
            .args(["--ignored", "--exact", "slow::s3_process"])
            .env(SERVE, format!("{address} {}", folder.display()))
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        wait_until(|| TcpStream::connect(address).is_ok());
        process
    }

    fn kill(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }

    fn start_again(&mut self) {
        self.process = Self::spawn(self.address, self.folder.path());
    }

    fn signed_url(&self, origin: SocketAddr) -> String {
        let origin = format!("http://{origin}").parse().unwrap();
        let bucket = Bucket::new(origin, UrlStyle::Path, "media", "us-east-1").unwrap();
        let credentials = Credentials::new(ACCESS_KEY, SECRET_KEY);
        PutObject::new(&bucket, Some(&credentials), OBJECT).sign(Duration::from_secs(3600)).to_string()
    }

    fn object(&self) -> PathBuf {
        self.folder.path().join("media").join(OBJECT)
    }

    /// The bytes of all files in the folder, with incomplete objects.
    fn bytes(&self) -> u64 {
        fn below(folder: &Path) -> u64 {
            let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
            let size = |entry: std::fs::DirEntry| match entry.metadata() {
                Ok(metadata) if metadata.is_dir() => below(&entry.path()),
                Ok(metadata) => metadata.len(),
                Err(_) => 0,
            };
            entries.map(size).sum()
        }
        below(self.folder.path())
    }
}

impl Drop for S3 {
    fn drop(&mut self) {
        self.kill();
    }
}

fn wait_until(condition: impl Fn() -> bool) {
    let begun = Instant::now();
    while !condition() {
        assert!(begun.elapsed() < Duration::from_secs(60), "waited for a minute");
        thread::sleep(Duration::from_millis(5));
    }
}

/// An API at `address` that returns `url` as the upload URL.
fn serve_api(address: SocketAddr, url: String) {
    let listener = TcpListener::bind(address).unwrap();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = BufReader::new(stream.unwrap());
            let mut length = 0;
            for line in stream.by_ref().lines().map(Result::unwrap).take_while(|line| !line.is_empty()) {
                if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                    length = value.trim().parse().unwrap();
                }
            }
            stream.read_exact(&mut vec![0; length]).unwrap();
            let body = json!({ "url": url }).to_string();
            let head = "HTTP/1.1 201 Created\r\nconnection: close\r\ncontent-length: ";
            write!(stream.get_mut(), "{head}{}\r\n\r\n{body}", body.len()).unwrap();
        }
    });
}

/// A proxy to `target`. On its first connection it stops once for `stall`, after the first MiB of the request.
fn proxy(target: SocketAddr, stall: Duration) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        for (number, client) in listener.incoming().enumerate() {
            let (mut client, mut server) = (client.unwrap(), TcpStream::connect(target).unwrap());
            let (mut answers, mut to_client) = (server.try_clone().unwrap(), client.try_clone().unwrap());
            thread::spawn(move || std::io::copy(&mut answers, &mut to_client));
            thread::spawn(move || {
                if number == 0 {
                    let _ = std::io::copy(&mut (&client).take(MIB as u64), &mut server);
                    thread::sleep(stall);
                }
                let _ = std::io::copy(&mut client, &mut server);
                let _ = server.shutdown(std::net::Shutdown::Both);
            });
        }
    });
    address
}

/// A file of this length, of which no two blocks are equal.
fn file(length: usize) -> tempfile::NamedTempFile {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    let mut block = vec![0_u8; MIB];
    fastrand::Rng::with_seed(17).fill(&mut block);
    for number in 0..length / MIB {
        block[..8].copy_from_slice(&number.to_le_bytes());
        file.write_all(&block).unwrap();
    }
    file
}

fn start(api: SocketAddr, file: &Path) -> Child {
    let mut tool = Command::new(env!("CARGO_BIN_EXE_media-upload"));
    tool.arg("pyannote").args(["--json", "--base-url", &format!("http://{api}")]).arg(file);
    tool.env("PYANNOTEAI_API_KEY", KEY).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

/// The upload succeeded, and storage has the content of `file`. Returns the number of attempts.
fn assert_stored(output: Output, file: &Path, stored: &Path) -> u64 {
    let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{stderr}");
    let equal = Command::new("cmp").args([file, stored]).status().unwrap();
    assert!(equal.success(), "the stored object differs from the file");
    println!("{stderr}");
    serde_json::from_slice::<Value>(&output.stdout).unwrap()["attempts"].as_u64().unwrap()
}

#[test]
#[ignore = "takes minutes: run .ci/slow"]
fn storage_is_killed_within_a_gibibyte_and_comes_back_after_a_minute() {
    let (mut s3, file, api) = (S3::start(), file(1024 * MIB), free_address());
    serve_api(api, s3.signed_url(s3.address));
    let tool = start(api, file.path());
    wait_until(|| s3.bytes() > 256 * MIB as u64);
    s3.kill();
    thread::sleep(Duration::from_secs(60));
    s3.start_again();
    let back = Instant::now();
    let output = tool.wait_with_output().unwrap();
    println!("{:.1} s from the return of the storage to the end of the upload", back.elapsed().as_secs_f64());
    assert!(assert_stored(output, file.path(), &s3.object()) > 1);
}

#[test]
#[ignore = "takes minutes: run .ci/slow"]
fn the_api_is_away_for_a_minute() {
    let (s3, file, api) = (S3::start(), file(64 * MIB), free_address());
    let tool = start(api, file.path());
    thread::sleep(Duration::from_secs(60));
    serve_api(api, s3.signed_url(s3.address));
    let back = Instant::now();
    let output = tool.wait_with_output().unwrap();
    println!("{:.1} s from the return of the API to the end of the upload", back.elapsed().as_secs_f64());
    assert_eq!(assert_stored(output, file.path(), &s3.object()), 1);
}

/// The number of attempts of an upload of 64 MiB during which storage stops reading once.
fn attempts_with_stall(seconds: u64) -> u64 {
    let (s3, file, api) = (S3::start(), file(64 * MIB), free_address());
    let proxy = proxy(s3.address, Duration::from_secs(seconds));
    serve_api(api, s3.signed_url(proxy));
    let output = start(api, file.path()).wait_with_output().unwrap();
    assert_stored(output, file.path(), &s3.object())
}

#[test]
#[ignore = "takes minutes: run .ci/slow"]
fn a_stall_of_50_seconds_does_not_end_the_attempt() {
    assert_eq!(attempts_with_stall(50), 1);
}

#[test]
#[ignore = "takes minutes: run .ci/slow"]
fn a_stall_of_70_seconds_ends_the_attempt_and_the_file_is_sent_again() {
    assert_eq!(attempts_with_stall(70), 2);
}
