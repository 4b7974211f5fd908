//! The log of the library and of the HTTP library on standard error.

use std::io;

use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::fmt::format::FmtSpan;

/// Begins to print each event, and each request when it ends.
pub(crate) fn begin() {
    let log = tracing_subscriber::fmt().with_max_level(LevelFilter::DEBUG).with_span_events(FmtSpan::CLOSE);
    // It fails if there is a log already, which then serves as well.
    let _ = log.with_ansi(false).with_writer(io::stderr).try_init();
}
