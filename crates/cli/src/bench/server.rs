//! The measured server: this same program as a child process, on free ports and a folder of its own.

use super::BenchError;
use std::{
    path::{Path, PathBuf},
    process::Stdio,
    time::{Duration, Instant},
};
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, Command},
};

/// A running server.
pub struct Server {
    child: Child,
    data: PathBuf,
    // Removes the folder when dropped.
    temporary: Option<tempfile::TempDir>,
    database: Option<String>,
    /// Origin of the portal.
    pub portal: String,
    /// Origin of the Mobile App.
    pub app: String,
    start_up: Duration,
}

const FREE_PORT: &str = "127.0.0.1:0";

impl Server {
    /// Starts `zorgid serve` on free ports and waits until it listens.
    pub async fn start(data: Option<&Path>, database: Option<&str>) -> Result<Self, BenchError> {
        Self::start_at(data, database, FREE_PORT, FREE_PORT).await
    }

    /// Kills it at once (`kill -9`) and starts it again on the same folder and ports.
    pub async fn kill_and_restart(mut self) -> Result<Self, BenchError> {
        self.child.kill().await.map_err(|error| BenchError::new("kill", error))?;
        let listen =
            |origin: &str| origin.rsplit_once("//").map_or(origin, |(_, at)| at).replace("localhost", "127.0.0.1");
        let (portal, app) = (listen(&self.portal), listen(&self.app));
        let again = Self::start_at(Some(&self.data), self.database.as_deref(), &portal, &app).await?;
        Ok(Self { temporary: self.temporary.take(), ..again })
    }

    #[allow(clippy::disallowed_methods, reason = "a benchmark measures real time")]
    async fn start_at(
        data: Option<&Path>,
        database: Option<&str>,
        listen: &str,
        app_listen: &str,
    ) -> Result<Self, BenchError> {
        let failed = |error| BenchError::new("the server did not start", error);
        let temporary = if data.is_none() { Some(tempfile::tempdir().map_err(failed)?) } else { None };
        let data = match (&temporary, data) {
            (Some(dir), _) => dir.path().join("data"),
            (None, Some(dir)) => dir.to_owned(),
            (None, None) => return Err(BenchError("no data folder".into())),
        };
        let started = Instant::now();
        let mut command = Command::new(std::env::current_exe().map_err(failed)?);
        command
            .args(["serve", "--listen", listen, "--app-listen", app_listen, "--environment", "acceptatie"])
            .arg("--data")
            .arg(&data)
            .env("RUST_LOG", "warn")
            .stdout(Stdio::piped())
            .kill_on_drop(true);
        if let Some(url) = database {
            command.args(["--database", url]);
        }
        let mut child = command.spawn().map_err(failed)?;
        let stdout = child.stdout.take().ok_or_else(|| BenchError("no output of the server".into()))?;
        let mut lines = BufReader::new(stdout).lines();
        let line = loop {
            match lines.next_line().await.map_err(failed)? {
                Some(line) if line.starts_with("listening ") => break line,
                Some(_) => {}
                None => return Err(BenchError("the server stopped before it listened".into())),
            }
        };
        let start_up = started.elapsed();
        // Keep reading, or the server blocks on a full pipe.
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        let origin = |key: &str| {
            line.split_whitespace()
                .find_map(|word| word.strip_prefix(key))
                .map(str::to_owned)
                .ok_or_else(|| BenchError(format!("no {key} in “{line}”")))
        };
        let (portal, app) = (origin("portal=")?, origin("app=")?);
        Ok(Self { child, data, temporary, database: database.map(str::to_owned), portal, app, start_up })
    }

    /// From the start of the process until it listened.
    pub fn start_up(&self) -> Duration {
        self.start_up
    }
    /// The data folder.
    pub fn data(&self) -> &Path {
        &self.data
    }
    /// The database URL, when it is not the folder's own SQLite file.
    pub fn database(&self) -> Option<&str> {
        self.database.as_deref()
    }
    /// Resident memory of the server and its CA now, megabytes.
    pub fn memory_mb(&self) -> f64 {
        self.status_mb("VmRSS:")
    }
    /// The most it ever had.
    pub fn peak_memory_mb(&self) -> f64 {
        self.status_mb("VmHWM:")
    }

    fn status_mb(&self, field: &str) -> f64 {
        let Some(id) = self.child.id() else { return 0.0 };
        let children = std::fs::read_to_string(format!("/proc/{id}/task/{id}/children")).unwrap_or_default();
        let ids = std::iter::once(id.to_string()).chain(children.split_whitespace().map(str::to_owned));
        let kilobytes: f64 = ids
            .filter_map(|id| std::fs::read_to_string(format!("/proc/{id}/status")).ok())
            .filter_map(|status| {
                let line = status.lines().find_map(|line| line.strip_prefix(field).map(str::to_owned))?;
                line.split_whitespace().next()?.parse::<f64>().ok()
            })
            .sum();
        kilobytes / 1024.0
    }

    /// Stops it in an orderly way (which seals what is left) and verifies the log; the number of sealed entries.
    pub async fn stop_and_verify(mut self) -> Result<f64, BenchError> {
        let failed = |error| BenchError::new("the server did not stop", error);
        if let Some(id) = self.child.id() {
            Command::new("kill").args(["-TERM", &id.to_string()]).status().await.map_err(failed)?;
        }
        self.child.wait().await.map_err(failed)?;
        let mut verify = Command::new(std::env::current_exe().map_err(failed)?);
        verify.args(["log", "verify", "--json", "--data"]).arg(&self.data);
        if let Some(url) = &self.database {
            verify.args(["--database", url]);
        }
        let output = verify.output().await.map_err(failed)?;
        let report: serde_json::Value = serde_json::from_slice(&output.stdout)
            .map_err(|error| BenchError::new(&String::from_utf8_lossy(&output.stderr), error))?;
        let sealed = report["sealed"].as_f64().unwrap_or_default();
        let whole = output.status.success() && report["unsealed"].as_u64() == Some(0) && sealed > 0.0;
        if whole { Ok(sealed) } else { Err(BenchError(format!("the log does not verify: {report}"))) }
    }
}
