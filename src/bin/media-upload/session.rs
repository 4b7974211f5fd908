//! A batch as the user sees it: its outcomes are printed, and failures or the user end it early.

use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::{Either, select};
use futures_util::stream::{self, Stream, StreamExt};
use tokio::time::{Instant, interval_at};

use crate::arguments::Common;
use crate::batch::{self, Item};
use crate::report;
use crate::service::Target;
use crate::tasks::Tasks;
use crate::terminal;
use crate::uploader::{Outcome, Uploader};

/// The time between two summaries.
const SUMMARY_PERIOD: Duration = Duration::from_secs(30);

/// How a batch ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    Complete,
    Failed,
    Interrupted,
}

/// Runs all tasks until they are done, until the user interrupts them, or until a failure stops them.
pub(crate) async fn run(uploader: Arc<Uploader>, tasks: Tasks, options: &Common) -> io::Result<End> {
    let count = tasks.count;
    let mut session = Session::new(&uploader, options);
    let mut outcomes = pin!(batch::run(Arc::clone(&uploader), tasks, &options.batch));
    let mut interrupts = pin!(interrupts());
    let mut summaries = interval_at(Instant::now() + SUMMARY_PERIOD, SUMMARY_PERIOD);
    loop {
        let event = select(outcomes.next(), interrupts.next());
        match select(event, pin!(summaries.tick())).await {
            Either::Left((Either::Left((Some(item), _)), _)) => session.add(&item),
            Either::Left((Either::Left((None, _)), _)) => break,
            // The second interrupt does not wait for the names of the files that were not sent.
            Either::Left((Either::Right(_), _)) if session.end == End::Interrupted => break,
            Either::Left((Either::Right(_), _)) => session.interrupt(),
            Either::Right(_) => uploader.display.summarize(session.done, count),
        }
    }
    session.finish(count.is_some())
}

/// The interrupts by the user. There are none if the signal cannot be handled.
fn interrupts() -> impl Stream<Item = ()> {
    let interrupts = stream::unfold((), async |()| tokio::signal::ctrl_c().await.ok().map(|()| ((), ())));
    interrupts.chain(stream::pending())
}

struct Session<'a> {
    uploader: &'a Uploader,
    options: &'a Common,
    end: End,
    done: usize,
    unfinished: Unfinished,
    /// The first failure to print. Uploads go on after it.
    printed: io::Result<()>,
}

impl<'a> Session<'a> {
    fn new(uploader: &'a Uploader, options: &'a Common) -> Self {
        let unfinished = Unfinished::default();
        Self { uploader, options, end: End::Complete, done: 0, unfinished, printed: Ok(()) }
    }

    fn add(&mut self, item: &Item) {
        match item {
            Ok((target, outcome)) => {
                self.print(|session| {
                    report::outcome(session.uploader.kind, target, outcome, session.options)
                });
                self.count(target, outcome);
                self.stop_after(target, outcome);
            }
            Err(text) => {
                self.fail();
                self.print_error(&format!("{text}: the list was not read further"));
            }
        }
    }

    fn count(&mut self, target: &Target, outcome: &Outcome) {
        if outcome.is_failure() {
            self.fail();
        }
        match outcome {
            Outcome::Unfinished(_) => self.unfinished.add(target),
            _ => self.done += 1,
        }
    }

    /// Ends the batch if `outcome` is a reason to do so.
    fn stop_after(&mut self, target: &Target, outcome: &Outcome) {
        if self.uploader.stop.reason().is_some() {
            return;
        }
        if let Some(text) = self.uploader.journal_error() {
            self.fail();
            self.print_error(&text);
            self.uploader.stop.stop("the journal cannot be written");
        } else if self.options.fail_fast && outcome.is_failure() {
            self.uploader.stop.stop(&format!("{} failed", target.file.display()));
        }
    }

    fn interrupt(&mut self) {
        self.end = End::Interrupted;
        self.uploader.stop.stop("interrupted");
    }

    fn fail(&mut self) {
        if self.end == End::Complete {
            self.end = End::Failed;
        }
    }

    fn print_error(&mut self, text: &str) {
        self.uploader.display.suspend(|| terminal::print(&format!("error: {text}")));
    }

    fn print(&mut self, print: impl FnOnce(&Self) -> io::Result<()>) {
        let printed = self.uploader.display.suspend(|| print(self));
        self.printed = std::mem::replace(&mut self.printed, Ok(())).and(printed);
    }

    /// Prints the files that were not sent. `is_whole_list` is whether the list was read to its end.
    fn finish(self, is_whole_list: bool) -> io::Result<End> {
        if let Some(reason) = self.uploader.stop.reason() {
            self.unfinished.print(&reason, is_whole_list);
        }
        self.printed.map(|()| self.end)
    }
}

/// The files that were not sent because the batch ended.
#[derive(Default)]
struct Unfinished {
    count: usize,
    /// The first names.
    names: Vec<String>,
}

impl Unfinished {
    /// The cap on the names in one message.
    const MAX_NAMES: usize = 20;

    fn add(&mut self, target: &Target) {
        self.count += 1;
        if self.names.len() < Self::MAX_NAMES {
            self.names.push(target.file.display().to_string());
        }
    }

    fn print(&self, reason: &str, is_whole_list: bool) {
        let files = if self.count == 1 { "file was" } else { "files were" };
        let mut text = format!("{reason}: {} {files} not sent: {}", self.count, self.names.join(", "));
        if self.count > self.names.len() {
            text += &format!(" and {} more", self.count - self.names.len());
        }
        if !is_whole_list {
            text += "; the list was not read further";
        }
        if self.count > 0 || !is_whole_list {
            terminal::print(&text);
        }
    }
}
