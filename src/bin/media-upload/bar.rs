//! The progress bars: one a file, on standard error, if that is a terminal.

use std::path::Path;

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};
use media_upload::Progress;

use crate::shown;

pub(crate) struct Bars(MultiProgress);

impl Bars {
    pub(crate) fn new(is_quiet: bool) -> Self {
        let target = if is_quiet { ProgressDrawTarget::hidden() } else { ProgressDrawTarget::stderr() };
        Self(MultiProgress::with_draw_target(target))
    }

    /// A bar for `file`, which shows as soon as it moves.
    pub(crate) fn add(&self, file: &Path) -> Bar {
        let name = shown(&file.file_name().unwrap_or(file.as_os_str()).to_string_lossy());
        Bar(self.0.add(ProgressBar::new(0).with_style(style()).with_prefix(name)))
    }

    /// Does `work` while no bar is in its way.
    pub(crate) fn suspend<T>(&self, work: impl FnOnce() -> T) -> T {
        self.0.suspend(work)
    }
}

pub(crate) struct Bar(ProgressBar);

impl Bar {
    /// What moves it.
    pub(crate) fn callback(&self) -> impl Fn(Progress) + Send + Sync + 'static {
        let bar = self.0.clone();
        move |Progress { sent, total, attempt, .. }| {
            bar.set_length(total);
            bar.set_position(sent);
            if attempt > 1 {
                bar.set_message(format!("try {attempt}"));
            }
        }
    }

    pub(crate) fn end(&self) {
        self.0.finish_and_clear();
    }
}

fn style() -> ProgressStyle {
    const TEMPLATE: &str = "{prefix} [{wide_bar}] {bytes}/{total_bytes} {bytes_per_sec} {eta} {msg}";
    ProgressStyle::with_template(TEMPLATE)
        .unwrap_or_else(|_| ProgressStyle::default_bar())
        .progress_chars("=> ")
}
