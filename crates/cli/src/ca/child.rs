//! The CA process as a child of `zorgid serve`.

use crate::{ca::socket_of, data::DataDir, failure::Failure};
use std::{path::Path, path::PathBuf, process::Stdio, time::Duration};
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, ChildStdin, Command},
};

/// How long it may take to open its keys and its database.
const PATIENCE: Duration = Duration::from_secs(30);
/// How long it may take to end.
const FAREWELL: Duration = Duration::from_secs(5);

/// A running CA process. It ends when this is dropped, and also when this process is killed: its standard input ends.
pub struct CaChild {
    child: Child,
    // Held open on purpose (waiting for a child would close it): its end tells the CA to stop.
    stdin: Option<ChildStdin>,
    socket: PathBuf,
}

impl CaChild {
    /// Starts it and waits until it answers.
    pub async fn start(data: &DataDir, database: Option<&str>, test_clock: Option<&Path>) -> Result<Self, Failure> {
        let failed = |error: &dyn std::fmt::Display| Failure::unreachable("the CA process did not start", error);
        let this = std::env::current_exe().map_err(|error| failed(&error))?;
        let mut command = Command::new(this);
        command.args(["ca", "serve", "--until-stdin-ends", "--data"]).arg(data.root());
        if let Some(url) = database {
            command.args(["--database", url]);
        }
        if let Some(file) = test_clock {
            command.arg("--test-clock").arg(file);
        }
        let spawned = command.stdin(Stdio::piped()).stdout(Stdio::piped()).kill_on_drop(true).spawn();
        let mut child = spawned.map_err(|error| failed(&error))?;
        let stdin = child.stdin.take();
        let output = child.stdout.take().ok_or_else(|| failed(&"no output"))?;
        let mut lines = BufReader::new(output).lines();
        let line = tokio::time::timeout(PATIENCE, lines.next_line()).await;
        let line = line.map_err(|_| failed(&"no answer in time"))?.map_err(|error| failed(&error))?;
        match line {
            Some(line) if line.starts_with("ca ready") => Ok(Self { child, stdin, socket: socket_of(data) }),
            _ => Err(failed(&"see its message above")),
        }
    }
    /// Where it listens.
    pub fn socket(&self) -> &Path {
        &self.socket
    }
    /// Ends it in an orderly way: its input ends, and it may finish what it does.
    pub async fn stop(mut self) {
        drop(self.stdin.take());
        // One that does not end in time is killed when this is dropped.
        let _ = tokio::time::timeout(FAREWELL, self.child.wait()).await;
    }
    /// Ready when the process has ended by itself: then nothing can be issued any more.
    pub async fn ended(&mut self) -> String {
        match self.child.wait().await {
            Ok(status) => status.to_string(),
            Err(error) => error.to_string(),
        }
    }
}
