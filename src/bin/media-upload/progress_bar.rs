//! Progress bars, one for each file, on standard error if it is a terminal.

use std::path::Path;

use indicatif::{MultiProgress, ProgressDrawTarget, ProgressStyle};
use media_upload::Progress;

use crate::terminal;

pub(crate) struct ProgressBars(MultiProgress);

impl ProgressBars {
    pub(crate) fn new(is_quiet: bool) -> Self {
        let target = if is_quiet { ProgressDrawTarget::hidden() } else { ProgressDrawTarget::stderr() };
        Self(MultiProgress::with_draw_target(target))
    }

    /// A bar for `file`. It appears with the first progress.
    pub(crate) fn add(&self, file: &Path) -> ProgressBar {
        let name = file.file_name().unwrap_or(file.as_os_str()).to_string_lossy();
        let bar = indicatif::ProgressBar::new(0).with_style(style()).with_prefix(terminal::one_line(&name));
        ProgressBar(self.0.add(bar))
    }

    /// Runs `work` while the bars are hidden.
    pub(crate) fn suspend<T>(&self, work: impl FnOnce() -> T) -> T {
        self.0.suspend(work)
    }
}

pub(crate) struct ProgressBar(indicatif::ProgressBar);

impl ProgressBar {
    /// A callback that updates the bar.
    pub(crate) fn callback(&self) -> impl Fn(Progress) + Send + Sync + 'static {
        let bar = self.0.clone();
        move |Progress { sent, total, attempt, .. }| {
            bar.set_length(total);
            bar.set_position(sent);
            if attempt > 1 {
                bar.set_message(format!("attempt {attempt}"));
            }
        }
    }

    pub(crate) fn clear(&self) {
        self.0.finish_and_clear();
    }
}

fn style() -> ProgressStyle {
    const TEMPLATE: &str = "{prefix} [{wide_bar}] {bytes}/{total_bytes} {bytes_per_sec} {eta} {msg}";
    ProgressStyle::with_template(TEMPLATE)
        .unwrap_or_else(|_| ProgressStyle::default_bar())
        .progress_chars("=> ")
}
