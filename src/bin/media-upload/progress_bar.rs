//! Progress bars, one for each file, on standard error if it is a terminal.

use std::path::Path;

use indicatif::{ProgressBar, ProgressStyle};
use media_upload::Progress;

use crate::terminal;

/// A bar for `file`. It appears with the first progress.
pub(crate) fn of(file: &Path) -> ProgressBar {
    const TEMPLATE: &str = "{prefix} [{wide_bar}] {bytes}/{total_bytes} {bytes_per_sec} {eta} {msg}";
    let style = ProgressStyle::with_template(TEMPLATE).unwrap_or_else(|_| ProgressStyle::default_bar());
    let name = file.file_name().unwrap_or(file.as_os_str()).to_string_lossy();
    ProgressBar::new(0).with_style(style.progress_chars("=> ")).with_prefix(terminal::one_line(&name))
}

/// A callback that updates `bar`.
pub(crate) fn callback(bar: &ProgressBar) -> impl Fn(Progress) + Send + Sync + 'static {
    let bar = bar.clone();
    move |Progress { sent, total, attempt, .. }| {
        bar.set_length(total);
        bar.set_position(sent);
        if attempt > 1 {
            bar.set_message(format!("attempt {attempt}"));
        }
    }
}
