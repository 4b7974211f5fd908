//! The signals that ask the command to end.

use std::process::exit;
use std::thread;

use tokio::runtime::Runtime;

/// A signal that the process received.
#[derive(Clone, Copy, Debug)]
pub(super) struct Signal {
    /// Its name, for example `SIGTERM`.
    pub(super) name: &'static str,
    number: u8,
}

impl Signal {
    const INTERRUPT: Self = Self { name: "SIGINT", number: 2 };
    #[cfg(unix)]
    const HANGUP: Self = Self { name: "SIGHUP", number: 1 };
    #[cfg(unix)]
    const TERMINATE: Self = Self { name: "SIGTERM", number: 15 };

    /// The exit code of a process that the signal ended, as shells report it.
    pub(super) fn exit_code(self) -> u8 {
        128 + self.number
    }

    /// Waits for this signal. It waits for ever when the process cannot receive it.
    #[cfg(unix)]
    async fn received(self) -> Self {
        use tokio::signal::unix::{SignalKind, signal};

        match signal(SignalKind::from_raw(self.number.into())) {
            Ok(mut signal) => signal.recv().await,
            Err(_) => std::future::pending().await,
        };
        self
    }
}

/// Waits for a signal.
#[cfg(unix)]
pub(super) async fn interrupted() -> Signal {
    tokio::select! {
        signal = Signal::INTERRUPT.received() => signal,
        signal = Signal::TERMINATE.received() => signal,
        signal = Signal::HANGUP.received() => signal,
    }
}

/// Waits for Ctrl+C.
#[cfg(not(unix))]
pub(super) async fn interrupted() -> Signal {
    match tokio::signal::ctrl_c().await {
        Ok(()) => Signal::INTERRUPT,
        Err(_) => std::future::pending().await,
    }
}

/// From now on, a signal ends the process at once, for example while it waits for the reader of its output. A process that has
/// waited for signals cannot have the default behaviour again.
pub(super) fn exit_on_signal(runtime: Runtime) {
    thread::spawn(move || exit(runtime.block_on(interrupted()).exit_code().into()));
}
