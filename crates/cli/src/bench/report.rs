//! Figures, as a table for people and as JSON for comparison.

use serde::Serialize;

/// One measured figure (ARCHITECTURE.md §5).
#[derive(Clone, Debug, Serialize)]
pub struct Figure {
    /// What was measured.
    pub name: String,
    /// Unit of `value`.
    pub unit: String,
    /// The figure.
    pub value: f64,
    /// Median, milliseconds.
    pub p50: Option<f64>,
    /// 99th percentile, milliseconds.
    pub p99: Option<f64>,
    /// How many were measured.
    pub n: usize,
    /// `sqlite`, `postgres` or `-`.
    pub db: String,
    /// The machine's floor that bounds it, in the same unit where there is one.
    pub floor: Option<f64>,
}

impl Figure {
    /// A figure without distribution.
    pub fn plain(name: &str, unit: &str, value: f64, db: &str) -> Self {
        Self { name: name.into(), unit: unit.into(), value, p50: None, p99: None, n: 1, db: db.into(), floor: None }
    }
}

/// Prints all figures.
pub fn print(figures: &[Figure], json: bool) {
    if json {
        match serde_json::to_string(figures) {
            Ok(text) => println!("{text}"),
            Err(error) => eprintln!("bench: {error}"),
        }
        return;
    }
    println!(
        "{:<50} {:>12} {:<8} {:>9} {:>9} {:>8} {:<9} {:>10}",
        "what", "value", "unit", "p50 ms", "p99 ms", "n", "db", "floor"
    );
    let cell = |value: Option<f64>| value.map_or_else(|| "-".to_owned(), |v| format!("{v:.1}"));
    for f in figures {
        println!(
            "{:<50} {:>12.1} {:<8} {:>9} {:>9} {:>8} {:<9} {:>10}",
            f.name,
            f.value,
            f.unit,
            cell(f.p50),
            cell(f.p99),
            f.n,
            f.db,
            cell(f.floor)
        );
    }
}

/// Durations of one kind of operation, and the wall time in which they ran.
#[derive(Clone, Debug, Default)]
pub struct Samples {
    micros: Vec<u64>,
    wall_seconds: f64,
}

impl Samples {
    /// From durations in microseconds and the time they took together.
    pub fn new(mut micros: Vec<u64>, wall_seconds: f64) -> Self {
        micros.sort_unstable();
        Self { micros, wall_seconds }
    }
    /// How many.
    pub fn count(&self) -> usize {
        self.micros.len()
    }
    /// How many per second.
    pub fn per_second(&self) -> f64 {
        if self.wall_seconds > 0.0 { self.micros.len() as f64 / self.wall_seconds } else { 0.0 }
    }
    /// A percentile in milliseconds.
    pub fn percentile_ms(&self, percent: usize) -> f64 {
        let last = self.micros.len().saturating_sub(1);
        self.micros.get(last * percent / 100).map_or(0.0, |micros| *micros as f64 / 1000.0)
    }
}
