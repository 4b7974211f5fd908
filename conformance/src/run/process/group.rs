//! The process group of a driver: the process, and the processes that it starts.

use tokio::process::{Child, Command};

/// A process group. It is killed when it is dropped: at the end of a run, and when the run is interrupted.
pub(super) struct ProcessGroup {
    #[cfg(unix)]
    id: Option<rustix::process::Pid>,
}

impl ProcessGroup {
    /// Starts the command in a group of its own.
    #[cfg(unix)]
    pub(super) fn start(command: &mut Command) -> std::io::Result<(Child, Self)> {
        let child = command.process_group(0).spawn()?;
        let id = child.id().and_then(|id| rustix::process::Pid::from_raw(id.try_into().ok()?));
        Ok((child, Self { id }))
    }

    /// Starts the command. On this system only the process itself is killed.
    #[cfg(not(unix))]
    pub(super) fn start(command: &mut Command) -> std::io::Result<(Child, Self)> {
        Ok((command.spawn()?, Self {}))
    }

    /// Kills all processes of the group. Afterwards the id can belong to another group, so it is used once.
    pub(super) fn kill(&mut self) {
        #[cfg(unix)]
        if let Some(group) = self.id.take() {
            let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
        }
    }
}

impl Drop for ProcessGroup {
    fn drop(&mut self) {
        self.kill();
    }
}
