//! Runs the tasks of a batch, several at a time. The memory does not depend on the number of tasks.

use std::future::{pending, ready};
use std::panic::resume_unwind;
use std::sync::Arc;

use futures_util::FutureExt;
use futures_util::stream::{self, Stream, StreamExt};
use media_upload::Upload;
use tokio::sync::mpsc;
use tokio::task::{spawn, spawn_blocking};

use crate::arguments::Batch;
use crate::fingerprint::Fingerprint;
use crate::service::Target;
use crate::tasks::Tasks;
use crate::uploader::{Outcome, Plan, Uploader};

/// The number of tasks that are read and planned before they can begin.
const READ_AHEAD: usize = 64;

/// A target and its outcome; or the message of an error of the list, which is the last item.
pub(crate) type Item = Result<(Target, Outcome), String>;

/// Runs `tasks` and returns their outcomes: as they come, or in the order of the tasks. After a stop, the other tasks are
/// unfinished. If their number is not known, only those that were read are returned: the source of the list may be waiting.
pub(crate) fn run(uploader: Arc<Uploader>, tasks: Tasks, options: &Batch) -> impl Stream<Item = Item> {
    let stop = uploader.stop.clone();
    let end =
        if tasks.count.is_some() { pending().left_future() } else { stop.clone().stopped().right_future() };
    let planner = Arc::clone(&uploader);
    let plans = read_ahead(tasks.tasks.map(move |task| task.map(|task| planner.plan(task)))).take_until(end);
    let running = plans.map(move |item| match item {
        Ok((target, Plan::Send(upload, fingerprint))) => match stop.reason() {
            Some(reason) => ready(Ok((target, Outcome::Unfinished(reason)))).left_future(),
            None => send(Arc::clone(&uploader), target, *upload, fingerprint).right_future(),
        },
        Ok((target, Plan::Done(outcome))) => ready(Ok((target, outcome))).left_future(),
        Err(text) => ready(Err(text)).left_future(),
    });
    let jobs = options.jobs.max();
    if options.ordered {
        running.buffered(jobs).left_stream()
    } else {
        running.buffer_unordered(jobs).right_stream()
    }
}

/// Sends media in a task of its own, so that all processors are used.
async fn send(
    uploader: Arc<Uploader>,
    target: Target,
    upload: Upload,
    fingerprint: Option<Fingerprint>,
) -> Item {
    let work = spawn(async move {
        let outcome = uploader.send(&target, upload, fingerprint).await;
        Ok((target, outcome))
    });
    work.await.unwrap_or_else(|error| resume_unwind(error.into_panic()))
}

/// The items of `iterator`, read on a thread that may block: the list can be the output of a slow command.
fn read_ahead<T: Send + 'static>(
    iterator: impl Iterator<Item = T> + Send + 'static,
) -> impl Stream<Item = T> {
    let (sender, mut receiver) = mpsc::channel(READ_AHEAD);
    spawn_blocking(move || iterator.map(|item| sender.blocking_send(item)).find(Result::is_err));
    stream::poll_fn(move |context| receiver.poll_recv(context))
}
