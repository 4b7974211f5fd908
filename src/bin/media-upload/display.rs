//! The progress of the uploads on standard error: a bar for each file on a terminal, else lines.

use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use indicatif::{HumanBytes, HumanDuration, MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};
use media_upload::{Error, ErrorKind, Progress};

use crate::arguments::Common;
use crate::terminal;

/// What standard error shows while uploads run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Style {
    Nothing,
    Bars,
    Lines,
}

/// The progress of all uploads.
pub(crate) struct Display {
    style: Style,
    bars: MultiProgress,
    begun: Instant,
    bytes: Arc<AtomicU64>,
}

impl Display {
    pub(crate) fn new(arguments: &Common) -> Self {
        let style = match terminal::width() {
            _ if arguments.quiet => Style::Nothing,
            Some(_) if !arguments.verbose => Style::Bars,
            _ => Style::Lines,
        };
        let target = match style {
            Style::Bars => ProgressDrawTarget::stderr(),
            Style::Nothing | Style::Lines => ProgressDrawTarget::hidden(),
        };
        let bars = MultiProgress::with_draw_target(target);
        Self { style, bars, begun: Instant::now(), bytes: Arc::default() }
    }

    /// Runs `print` while no bar is on the screen.
    pub(crate) fn suspend<T>(&self, print: impl FnOnce() -> T) -> T {
        self.bars.suspend(print)
    }

    /// The display of one file. Its bar appears with the first progress.
    pub(crate) fn begin(&self, file: &Path) -> FileDisplay {
        const TEMPLATE: &str = "{prefix} [{wide_bar}] {bytes}/{total_bytes} {bytes_per_sec} {eta} {msg}";
        let style = ProgressStyle::with_template(TEMPLATE).unwrap_or_else(|_| ProgressStyle::default_bar());
        let name = terminal::one_line(&file.file_name().unwrap_or(file.as_os_str()).to_string_lossy());
        let prefix = terminal::cut(&name, terminal::width().unwrap_or(usize::MAX) / 3);
        let bar = ProgressBar::new(0).with_style(style.progress_chars("=> ")).with_prefix(prefix);
        let bar = self.bars.add(bar);
        FileDisplay {
            name: terminal::one_line(&file.to_string_lossy()),
            style: self.style,
            bar,
            why: Arc::default(),
            bytes: Arc::clone(&self.bytes),
        }
    }

    /// Prints how far the batch is, if there are no bars.
    pub(crate) fn summarize(&self, done: usize, files: Option<usize>) {
        if self.style == Style::Lines && files != Some(1) {
            let (bytes, elapsed) = (self.bytes.load(Ordering::Relaxed), self.begun.elapsed());
            terminal::print(&summary(done, files, bytes, elapsed));
        }
    }
}

/// The number of files and bytes, the rate, and the time that the other files will need if they take as long. The number of all
/// files may be unknown.
fn summary(done: usize, files: Option<usize>, bytes: u64, elapsed: Duration) -> String {
    let rate = HumanBytes((bytes as f64 / elapsed.as_secs_f64().max(0.001)) as u64);
    let left = match files {
        Some(files) if done > 0 => {
            HumanDuration(elapsed.mul_f64((files - done) as f64 / done as f64)).to_string()
        }
        _ => "unknown".to_owned(),
    };
    let all = files.map_or_else(String::new, |files| format!(" of {files}"));
    format!("{done}{all} files done, {} sent, {rate}/s, time left: {left}", HumanBytes(bytes))
}

/// The progress of one file.
pub(crate) struct FileDisplay {
    name: String,
    style: Style,
    bar: ProgressBar,
    /// Why the present attempt was necessary.
    why: Arc<Mutex<String>>,
    /// The bytes of all files.
    bytes: Arc<AtomicU64>,
}

impl FileDisplay {
    pub(crate) fn on_progress(&self) -> impl Fn(Progress) + Send + Sync + 'static {
        let (bar, why, bytes) = (self.bar.clone(), Arc::clone(&self.why), Arc::clone(&self.bytes));
        let before = AtomicU64::new(0);
        move |Progress { sent, total, attempt, .. }| {
            bytes.fetch_add(sent.saturating_sub(before.swap(sent, Ordering::Relaxed)), Ordering::Relaxed);
            if sent == 0 {
                bar.set_length(total);
                bar.reset_eta();
                if attempt > 1 {
                    let why = why.lock().unwrap_or_else(PoisonError::into_inner);
                    bar.set_message(format!("attempt {attempt}{why}"));
                }
            }
            bar.set_position(sent);
        }
    }

    pub(crate) fn on_retry(&self) -> impl Fn(&Error, Duration) + Send + Sync + 'static {
        let (bar, why) = (self.bar.clone(), Arc::clone(&self.why));
        let (name, prints) = (self.name.clone(), self.style == Style::Lines);
        move |error, wait| {
            let reason = reason(error);
            bar.set_message(format!("{reason}, waiting"));
            *why.lock().unwrap_or_else(PoisonError::into_inner) = format!(": {reason}");
            if prints {
                let error = terminal::with_causes(error);
                terminal::print(&format!("{name}: retry in {:.1} s: {error}", wait.as_secs_f64()));
            }
        }
    }

    pub(crate) fn end(self) {
        self.bar.finish_and_clear();
    }
}

/// Why an attempt failed, in a few words.
fn reason(error: &Error) -> String {
    match (error.status(), error.kind()) {
        (Some(status), _) => format!("the server answered {status}"),
        (None, ErrorKind::Timeout) => "no progress".to_owned(),
        (None, _) => "the connection failed".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_summary_has_files_bytes_rate_and_time_left() {
        let elapsed = Duration::from_secs(60);
        insta::assert_snapshot!(summary(25, Some(100), 600 << 20, elapsed), @"25 of 100 files done, 600.00 MiB sent, 10.00 MiB/s, time left: 3 minutes");
        insta::assert_snapshot!(summary(0, None, 0, elapsed), @"0 files done, 0 B sent, 0 B/s, time left: unknown");
    }
}
