//! One run of a driver's process: from its hello until it leaves, or breaks and is killed. A task
//! of its own holds the conversation, so that nothing the process does can block a case.

use std::collections::HashMap;
use std::ffi::OsString;
use std::process::Stdio;
use std::time::Duration;

use futures_util::StreamExt;
use tokio::io::AsyncWriteExt;
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep_until, timeout};
use tokio_util::codec::{FramedRead, LinesCodec, LinesCodecError};

use super::log::Log;
use super::{Patience, message};
use crate::run::driver::{Answer, Hello, Request, Spoiled, Trouble};

/// The longest line a driver may print, in bytes.
const LINE: usize = 64 * 1024 * 1024;

/// How long to wait for the rest of a killed process's log: what it left behind may hold it open.
const LAST_WORDS: Duration = Duration::from_millis(200);

/// A running process, as those see it who ask.
pub(super) struct Session {
    asks: mpsc::Sender<Ask>,
    conversation: JoinHandle<Vec<Spoiled>>,
}

/// The right to ask a process.
pub(super) struct Asking(mpsc::Sender<Ask>);

/// A case to be asked, and whoever waits for its answer.
struct Ask {
    request: Request,
    reply: Reply,
}

type Reply = oneshot::Sender<Result<Answer, Trouble>>;

impl Session {
    /// Starts the command and exchanges hellos.
    pub(super) async fn start(command: &[OsString], patience: Patience) -> Result<(Self, Hello), Trouble> {
        let mut conversation = Conversation::open(command, patience)?;
        let hello = conversation.hello().await?;
        let (asks, asked) = mpsc::channel(1);
        let conversation = tokio::spawn(conversation.hold(asked));
        Ok((Self { asks, conversation }, hello))
    }

    /// Whether the process has broken.
    pub(super) fn is_over(&self) -> bool {
        self.asks.is_closed()
    }

    pub(super) fn asking(&self) -> Asking {
        Asking(self.asks.clone())
    }

    /// Ends the process's input and waits until it has left, if need be by force. Gives the cases
    /// it spoiled.
    pub(super) async fn end(self) -> Vec<Spoiled> {
        drop(self.asks);
        self.conversation.await.unwrap_or_default()
    }
}

impl Asking {
    /// Asks one case and waits for its answer.
    pub(super) async fn ask(self, request: Request) -> Result<Answer, Trouble> {
        let (reply, answer) = oneshot::channel();
        let unasked = || Trouble { in_doubt: true, ..Trouble::from("the driver broke before it was asked") };
        self.0.send(Ask { request, reply }).await.map_err(|_| unasked())?;
        answer.await.unwrap_or_else(|_| Err(unasked()))
    }
}

/// The process and everything said.
struct Conversation {
    child: Child,
    /// Lines on their way to the process; a task of its own writes them, for it may not read.
    input: Option<mpsc::UnboundedSender<String>>,
    output: FramedRead<ChildStdout, LinesCodec>,
    log: Log,
    logging: JoinHandle<()>,
    /// The process's group: itself, and what it starts.
    #[cfg(unix)]
    group: Option<rustix::process::Pid>,
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
    /// Where the log was when the case was asked.
    mark: usize,
}

/// What a process did wrong, and at which case, if that is known.
struct Fault {
    says: String,
    case: Option<String>,
}

impl Fault {
    fn new(says: impl Into<String>) -> Self {
        Self { says: says.into(), case: None }
    }

    fn at(says: impl Into<String>, case: &str) -> Self {
        Self { says: says.into(), case: Some(case.to_owned()) }
    }
}

impl Conversation {
    fn open(command: &[OsString], patience: Patience) -> Result<Self, Trouble> {
        let (program, arguments) = command.split_first().ok_or("no command is given")?;
        let mut command = Command::new(program);
        command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        #[cfg(unix)]
        command.process_group(0);
        let cannot = |error| format!("the driver cannot be started: {}: {error}", program.display());
        let mut child = command.kill_on_drop(true).spawn().map_err(cannot)?;
        #[cfg(unix)]
        let group = child.id().and_then(|id| rustix::process::Pid::from_raw(id.try_into().ok()?));
        let pipes = (child.stdin.take(), child.stdout.take(), child.stderr.take());
        let (Some(stdin), Some(stdout), Some(stderr)) = pipes else {
            return Err("the driver has no pipes".into());
        };
        let (input, lines) = mpsc::unbounded_channel();
        tokio::spawn(write(stdin, lines));
        let log = Log::default();
        let logging = tokio::spawn(log.clone().follow(stderr));
        Ok(Self {
            child,
            input: Some(input),
            output: FramedRead::new(stdout, LinesCodec::new_with_max_length(LINE)),
            log,
            logging,
            #[cfg(unix)]
            group,
            patience,
            waiting: HashMap::new(),
            answered: Vec::new(),
        })
    }

    async fn hello(&mut self) -> Result<Hello, Trouble> {
        self.say(message::opening());
        let said = match timeout(self.patience.start, self.output.next()).await {
            Err(_) => Err(format!("said no hello within {:?}", self.patience.start)),
            Ok(None) => Err(format!("said no hello: it {}", self.ending().await)),
            Ok(Some(line)) => line.map_err(unreadable).and_then(|line| message::hello(&line)),
        };
        match said {
            Ok(hello) => Ok(hello),
            Err(says) => {
                self.kill().await;
                Err(Trouble {
                    says: format!("the driver {says}"),
                    log: self.log.since(0),
                    ..Trouble::default()
                })
            }
        }
    }

    /// Asks and listens until nobody asks any more, or the process breaks. A case that
    /// has not been asked by then has its reply dropped, which tells it so.
    async fn hold(mut self, mut asks: mpsc::Receiver<Ask>) -> Vec<Spoiled> {
        let fault = self.converse(&mut asks).await;
        asks.close();
        self.kill().await;
        fault.map(|fault| self.blame(fault)).unwrap_or_default()
    }

    async fn converse(&mut self, asks: &mut mpsc::Receiver<Ask>) -> Option<Fault> {
        loop {
            let next = self.waiting.iter().min_by_key(|(_, waiting)| waiting.deadline);
            let next = next.map(|(case, waiting)| (case.clone(), waiting.deadline, waiting.timeout));
            tokio::select! {
                ask = asks.recv() => match ask {
                    Some(ask) => self.ask(ask),
                    None => return self.bid_farewell().await,
                },
                line = self.output.next() => {
                    let heard = match line {
                        Some(line) => self.hear(line),
                        None => Err(Fault::new(self.ending().await)),
                    };
                    if let Err(fault) = heard { return Some(fault); }
                },
                Some((case, timeout)) = passing(next) => {
                    return Some(Fault::at(format!("gave no answer within {timeout:?}"), &case));
                },
            }
        }
    }

    fn ask(&mut self, Ask { request, reply }: Ask) {
        self.say(message::line(&request));
        let timeout = Duration::from_millis(request.timeout_ms);
        let waiting = Waiting { reply, timeout, deadline: Instant::now() + timeout, mark: self.log.mark() };
        self.waiting.insert(request.case, waiting);
    }

    fn say(&self, line: String) {
        if let Some(input) = &self.input {
            // A process that no longer reads is found out by its silence.
            let _ = input.send(line);
        }
    }

    fn hear(&mut self, line: Result<String, LinesCodecError>) -> Result<(), Fault> {
        let line = line.map_err(|error| Fault::new(unreadable(error)))?;
        let (case, answer) = message::answer(&line).map_err(Fault::new)?;
        match self.waiting.remove(&case) {
            Some(waiting) => {
                let _ = waiting.reply.send(Ok(answer));
                self.answered.push(case);
                Ok(())
            }
            None if self.answered.contains(&case) => Err(Fault::at("answered the case twice", &case)),
            None => Err(Fault::new(format!("answered the case '{case}', which it was not asked"))),
        }
    }

    /// Ends the input and hears the process out: what it still says is too much.
    async fn bid_farewell(&mut self) -> Option<Fault> {
        self.input = None;
        match timeout(self.patience.end, self.output.next()).await {
            Ok(Some(line)) => self.hear(line).err(),
            Ok(None) => {
                let _ = timeout(self.patience.end, self.child.wait()).await;
                None
            }
            Err(_) => None,
        }
    }

    /// Tells those who wait, and names the answered case that was spoiled, if it was one.
    fn blame(&mut self, fault: Fault) -> Vec<Spoiled> {
        let alone = self.waiting.len() == 1;
        let culprit = match (fault.case, self.waiting.is_empty()) {
            (None, true) => self.answered.last().cloned(),
            (case, _) => case,
        };
        let trouble = |case: &str, mark| Trouble {
            says: format!("the driver {}", fault.says),
            log: self.log.since(mark),
            in_doubt: culprit.as_deref().map_or(!alone, |culprit| culprit != case),
            ..Trouble::default()
        };
        for (case, waiting) in self.waiting.drain() {
            let _ = waiting.reply.send(Err(trouble(&case, waiting.mark)));
        }
        let spoiled = culprit.iter().filter(|case| self.answered.contains(case));
        spoiled.map(|case| Spoiled { case: case.clone(), trouble: trouble(case, 0) }).collect()
    }

    /// How the process ended, once its output has.
    async fn ending(&mut self) -> String {
        match timeout(self.patience.end, self.child.wait()).await {
            Ok(Ok(status)) => format!("ended ({status})"),
            _ => "closed its standard output".to_owned(),
        }
    }

    /// Kills the process with all it has started, and takes down its last words.
    async fn kill(&mut self) {
        #[cfg(unix)]
        if let Some(group) = self.group {
            let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
        }
        let _ = self.child.kill().await;
        let _ = timeout(LAST_WORDS, &mut self.logging).await;
    }
}

async fn write(mut to: ChildStdin, mut lines: mpsc::UnboundedReceiver<String>) {
    while let Some(line) = lines.recv().await {
        if to.write_all(line.as_bytes()).await.is_err() {
            return;
        }
    }
}

/// The case whose time has passed, when it has.
async fn passing(next: Option<(String, Instant, Duration)>) -> Option<(String, Duration)> {
    let (case, deadline, timeout) = next?;
    sleep_until(deadline).await;
    Some((case, timeout))
}

fn unreadable(error: LinesCodecError) -> String {
    match error {
        LinesCodecError::MaxLineLengthExceeded => {
            format!("printed a line of more than {} MiB", LINE / 1024 / 1024)
        }
        LinesCodecError::Io(error) => format!("printed what cannot be read: {error}"),
    }
}
