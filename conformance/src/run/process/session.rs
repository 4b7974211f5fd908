//! One process of a driver: from its first message until it exits, or fails and is killed. A task of its own exchanges the
//! messages, so that the process cannot block a case.

use std::collections::HashMap;
use std::ffi::OsString;
use std::process::Stdio;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use futures_util::StreamExt;
use tokio::io::AsyncWriteExt;
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep_until, timeout};
use tokio_util::codec::{FramedRead, LinesCodec, LinesCodecError};

use super::failure::{MAX_LINE, ProcessFailure};
use super::group::ProcessGroup;
use super::log::Log;
use super::message;
use crate::check::transcript::Answer;
use crate::result::{DriverError, DriverInfo, Failure};
use crate::run::driver::{CaseLog, LateFailure, Request};
use crate::style::seconds;

/// What to do when a driver prints no first message.
const FIRST_MESSAGE: &str = "it must print one JSON line at the start, see conformance/drivers/README.md";

/// How long to wait for the rest of the log of a killed process. A process that it started may keep the pipe open.
const LOG_WAIT: Duration = Duration::from_millis(200);

/// How long a process may take to start and to end.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// Until its first message.
    pub start: Duration,
    /// To exit after the end of its input.
    pub end: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self { start: Duration::from_secs(10), end: Duration::from_secs(2) }
    }
}

/// A running process.
pub(super) struct Session {
    caller: Caller,
    conversation: JoinHandle<Vec<LateFailure>>,
}

/// A handle to send cases to the process.
#[derive(Clone)]
pub(super) struct Caller {
    calls: mpsc::Sender<PendingCall>,
    /// Why the process can take no more cases.
    closed: Closed,
}

/// The error of the cases that a failed process was not given. It is set when the process fails.
type Closed = Arc<OnceLock<DriverError>>;

/// A case to send, and the channel for its answer.
struct PendingCall {
    request: Request,
    reply: Reply,
}

type Reply = oneshot::Sender<Result<Answer, DriverError>>;

impl Session {
    /// Starts the command and exchanges the first messages.
    pub(super) async fn start(
        command: &[OsString],
        patience: Patience,
    ) -> Result<(Self, DriverInfo), DriverError> {
        let mut conversation = Conversation::open(command, patience)?;
        let info = conversation.info().await?;
        let (calls, pending) = mpsc::channel(1);
        let caller = Caller { calls, closed: Arc::clone(&conversation.closed) };
        let conversation = tokio::spawn(conversation.hold(pending));
        Ok((Self { caller, conversation }, info))
    }

    /// Whether the process has failed.
    pub(super) fn is_over(&self) -> bool {
        self.caller.calls.is_closed()
    }

    pub(super) fn caller(&self) -> Caller {
        self.caller.clone()
    }

    /// Ends the input of the process, waits until it has exited, and kills it if it does not. Returns the cases that failed after
    /// they were answered.
    pub(super) async fn end(self) -> Vec<LateFailure> {
        drop(self.caller);
        self.conversation.await.unwrap_or_default()
    }
}

impl Caller {
    /// Sends one case and waits for its answer.
    pub(super) async fn call(self, request: Request) -> Result<Answer, DriverError> {
        let (reply, answer) = oneshot::channel();
        self.calls.send(PendingCall { request, reply }).await.map_err(|_| self.unsent())?;
        answer.await.unwrap_or_else(|_| Err(self.unsent()))
    }

    fn unsent(&self) -> DriverError {
        self.closed.get().cloned().unwrap_or_else(|| DriverError {
            failure: Failure::Uncertain,
            ..DriverError::from("the driver was ended before it was given the case")
        })
    }
}

/// The process and the messages exchanged.
struct Conversation {
    child: Child,
    /// The lines to write. A task of its own writes them, because the process may not read.
    input: Option<mpsc::UnboundedSender<String>>,
    output: FramedRead<ChildStdout, LinesCodec>,
    log: Log,
    /// The position of the log at the last answer.
    heard: usize,
    logging: JoinHandle<()>,
    group: ProcessGroup,
    closed: Closed,
    patience: Patience,
    waiting: HashMap<String, Waiting>,
    /// The cases answered, in order.
    answered: Vec<String>,
}

/// A case in flight.
struct Waiting {
    reply: Reply,
    timeout: Duration,
    deadline: Instant,
    /// The position of the log when the case was sent.
    mark: usize,
    /// Where to add the log when the answer comes. With several cases in flight, the log can belong to another one of them. A finding
    /// about it is still true of the client. It is reported at the case that is answered first.
    log: CaseLog,
}

impl Conversation {
    fn open(command: &[OsString], patience: Patience) -> Result<Self, DriverError> {
        let (program, arguments) = command.split_first().ok_or("no command is given")?;
        let mut command = Command::new(program);
        command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        // The servers are on this machine: a proxy of the environment would receive the requests instead.
        for variable in ["NO_PROXY", "no_proxy"] {
            command.env(variable, "127.0.0.1,localhost");
        }
        let cannot = |error| format!("the driver cannot be started: {}: {error}", program.display());
        let (mut child, group) = ProcessGroup::start(command.kill_on_drop(true)).map_err(cannot)?;
        let pipes = (child.stdin.take(), child.stdout.take(), child.stderr.take());
        let (Some(stdin), Some(stdout), Some(stderr)) = pipes else {
            return Err("the driver has no pipes".into());
        };
        let (input, lines) = mpsc::unbounded_channel();
        tokio::spawn(write(stdin, lines));
        let log = Log::of(&stderr);
        let logging = tokio::spawn(log.clone().follow(stderr));
        Ok(Self {
            child,
            input: Some(input),
            output: FramedRead::new(stdout, LinesCodec::new_with_max_length(MAX_LINE)),
            log,
            heard: 0,
            logging,
            group,
            closed: Closed::default(),
            patience,
            waiting: HashMap::new(),
            answered: Vec::new(),
        })
    }

    async fn info(&mut self) -> Result<DriverInfo, DriverError> {
        self.send(message::opening());
        let info = match timeout(self.patience.start, self.output.next()).await {
            Err(_) => {
                let (patience, half) = (seconds(self.patience.start), self.half_line());
                let message = format!("printed no first message within {patience}{half}; {FIRST_MESSAGE}");
                Err(ProcessFailure::new(Failure::Timeout, message))
            }
            Ok(None) => {
                let ended = self.ending().await;
                let message = format!("printed no first message: it {ended}; {FIRST_MESSAGE}");
                Err(ProcessFailure::new(Failure::Ended, message))
            }
            Ok(Some(line)) => first_message(line),
        };
        match info {
            Ok(info) => Ok(info),
            Err(ProcessFailure { message, failure, .. }) => {
                self.kill().await;
                let message = format!("the driver {message}");
                Err(DriverError { message, log: self.log.since(0), failure, ..DriverError::default() })
            }
        }
    }

    /// Sends cases and reads answers until there are no more cases, or the process fails. The reply channel of a case that was
    /// not sent by then is dropped, which tells its caller.
    async fn hold(mut self, mut calls: mpsc::Receiver<PendingCall>) -> Vec<LateFailure> {
        let failure = self.converse(&mut calls).await;
        if let Some(failure) = &failure {
            self.close(failure);
        }
        calls.close();
        self.kill().await;
        failure.map(|failure| self.assign(failure)).unwrap_or_default()
    }

    async fn converse(&mut self, calls: &mut mpsc::Receiver<PendingCall>) -> Option<ProcessFailure> {
        loop {
            let next = self.waiting.iter().min_by_key(|(_, waiting)| waiting.deadline);
            let next = next.map(|(case, waiting)| (case.clone(), waiting.deadline, waiting.timeout));
            tokio::select! {
                call = calls.recv() => match call {
                    Some(call) => self.call(call),
                    None => return self.finish().await,
                },
                line = self.output.next() => {
                    let read = match line {
                        Some(line) => self.read(line),
                        None => Err(ProcessFailure::new(Failure::Ended, self.ending().await)),
                    };
                    if let Err(failure) = read { return Some(failure); }
                },
                Some((case, timeout)) = expired(next) => {
                    let (timeout, half) = (seconds(timeout), self.half_line());
                    let message =
                        format!("gave no answer within {timeout}{half}; --case-timeout SECONDS gives it more time");
                    return Some(ProcessFailure::new(Failure::Timeout, message).at(&case));
                },
            }
        }
    }

    /// A note about output that is not a whole line yet.
    fn half_line(&self) -> &'static str {
        match self.output.read_buffer().is_empty() {
            true => "",
            false => ", only a line without a line end",
        }
    }

    /// Sets the error of the cases that the process was not given. If it was given no case at all, no case is the cause.
    fn close(&self, failure: &ProcessFailure) {
        let is_new = self.waiting.is_empty() && self.answered.is_empty();
        self.log.catch_up();
        let _ = self.closed.set(DriverError {
            message: format!("before it was given the case, the driver {}", failure.message),
            log: self.log.since(self.heard),
            failure: if is_new { failure.failure } else { Failure::Uncertain },
            ..DriverError::default()
        });
    }

    fn call(&mut self, PendingCall { request, reply }: PendingCall) {
        self.send(message::line(&request));
        let timeout = Duration::from_millis(request.timeout_ms);
        let (deadline, mark) = (Instant::now() + timeout, self.log.mark());
        let waiting = Waiting { reply, timeout, deadline, mark, log: request.log };
        self.waiting.insert(request.case, waiting);
    }

    fn send(&self, line: String) {
        if let Some(input) = &self.input {
            // A process that no longer reads does not answer either, and runs into its deadline.
            let _ = input.send(line);
        }
    }

    fn read(&mut self, line: Result<String, LinesCodecError>) -> Result<(), ProcessFailure> {
        let (case, answer) = message::answer(&line?)?;
        match self.waiting.remove(&case) {
            Some(waiting) => {
                self.log.catch_up();
                waiting.log.push(&self.log.since(self.heard));
                self.heard = self.log.mark();
                let _ = waiting.reply.send(Ok(answer));
                self.answered.push(case);
                Ok(())
            }
            None if self.answered.contains(&case) => {
                Err(ProcessFailure::from("answered the case twice".to_owned()).at(&case))
            }
            None => {
                let rule = "it answers each case once, after it has received it";
                Err(format!("answered the case '{case}', which it was not given; {rule}").into())
            }
        }
    }

    /// Ends the input and waits until the process exits. A message that it still prints is a failure.
    async fn finish(&mut self) -> Option<ProcessFailure> {
        self.input = None;
        match timeout(self.patience.end, self.output.next()).await {
            Ok(Some(line)) => self.read(line).err(),
            Ok(None) => {
                let _ = timeout(self.patience.end, self.child.wait()).await;
                None
            }
            Err(_) => None,
        }
    }

    /// Fails the cases in flight. Returns the case that the process had already answered, if the failure belongs to one.
    fn assign(&mut self, failure: ProcessFailure) -> Vec<LateFailure> {
        let alone = self.waiting.len() == 1;
        let culprit = match (failure.case, self.waiting.is_empty()) {
            (None, true) => self.answered.last().cloned(),
            (case, _) => case,
        };
        let error = |case: &str, mark| DriverError {
            message: format!("the driver {}", failure.message),
            log: self.log.since(mark),
            failure: match culprit.as_deref().map_or(alone, |culprit| culprit == case) {
                true => failure.failure,
                false => Failure::Uncertain,
            },
            ..DriverError::default()
        };
        for (case, waiting) in self.waiting.drain() {
            let _ = waiting.reply.send(Err(error(&case, waiting.mark)));
        }
        let answered = culprit.iter().filter(|case| self.answered.contains(case));
        answered.map(|case| LateFailure { case: case.clone(), error: error(case, 0) }).collect()
    }

    /// How the process ended, after the end of its output.
    async fn ending(&mut self) -> String {
        match timeout(self.patience.end, self.child.wait()).await {
            Ok(Ok(status)) => format!("ended ({status})"),
            _ => "closed its standard output".to_owned(),
        }
    }

    /// Kills the process and the processes that it started, and reads the rest of its log.
    async fn kill(&mut self) {
        self.group.kill();
        let _ = self.child.kill().await;
        let _ = timeout(LOG_WAIT, &mut self.logging).await;
    }
}

async fn write(mut to: ChildStdin, mut lines: mpsc::UnboundedReceiver<String>) {
    while let Some(line) = lines.recv().await {
        if to.write_all(line.as_bytes()).await.is_err() {
            return;
        }
    }
}

/// Waits until the deadline of the case has passed.
async fn expired(next: Option<(String, Instant, Duration)>) -> Option<(String, Duration)> {
    let (case, deadline, timeout) = next?;
    sleep_until(deadline).await;
    Some((case, timeout))
}

fn first_message(line: Result<String, LinesCodecError>) -> Result<DriverInfo, ProcessFailure> {
    Ok(message::info(&line?)?)
}
