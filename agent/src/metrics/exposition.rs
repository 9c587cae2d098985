//! How numbers are written: `OpenMetrics` 1.0, or the older text format (0.0.4) of Prometheus and its textfile collector.

use std::fmt::Write as _;

/// Which of the two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Dialect {
    OpenMetrics,
    Prometheus,
}

impl Dialect {
    /// What this `Accept` header wants; without one the older form, which everybody reads.
    pub(super) fn wanted(accept: Option<&str>) -> Self {
        let is_new = accept.is_some_and(|accept| accept.contains("application/openmetrics-text"));
        if is_new { Self::OpenMetrics } else { Self::Prometheus }
    }

    pub(super) const fn media_type(self) -> &'static str {
        match self {
            Self::OpenMetrics => "application/openmetrics-text; version=1.0.0; charset=utf-8",
            Self::Prometheus => "text/plain; version=0.0.4; charset=utf-8",
        }
    }
}

/// What kind of number it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// It goes up and down.
    Gauge,
    /// It only grows, from the start of the process.
    Counter,
    /// How many were at most so large.
    Histogram,
    /// It is always 1; what it says stands in its labels.
    Info,
}

/// A text under way.
#[derive(Debug)]
pub(super) struct Page {
    dialect: Dialect,
    text: String,
    name: &'static str,
    kind: Kind,
}

/// Names and values of labels, in order.
pub(super) type Labels<'l> = &'l [(&'static str, &'l str)];

impl Page {
    pub(super) const fn new(dialect: Dialect) -> Self {
        Self { dialect, text: String::new(), name: "", kind: Kind::Gauge }
    }

    /// Begins a family; its samples follow. `name` is without `_total` and `_info`, `help` one line.
    pub(super) fn family(&mut self, name: &'static str, kind: Kind, help: &str) {
        (self.name, self.kind) = (name, kind);
        let is_new = self.dialect == Dialect::OpenMetrics;
        let (word, named) = match kind {
            Kind::Gauge => ("gauge", name.to_owned()),
            Kind::Histogram => ("histogram", name.to_owned()),
            Kind::Counter if is_new => ("counter", name.to_owned()),
            Kind::Counter => ("counter", format!("{name}_total")),
            Kind::Info if is_new => ("info", name.to_owned()),
            Kind::Info => ("gauge", format!("{name}_info")),
        };
        let _ = writeln!(self.text, "# HELP {named} {help}\n# TYPE {named} {word}");
        if is_new && let Some(unit) = ["seconds", "bytes"].iter().find(|unit| name.ends_with(*unit)) {
            let _ = writeln!(self.text, "# UNIT {named} {unit}");
        }
    }

    /// One number of this family.
    pub(super) fn sample(&mut self, labels: Labels<'_>, value: f64) {
        let ending = match self.kind {
            Kind::Counter => "_total",
            Kind::Info => "_info",
            Kind::Gauge | Kind::Histogram => "",
        };
        self.line(ending, labels, None, value);
    }

    /// How many were at most as large as each bound, how many there were, and their sum.
    pub(super) fn histogram(&mut self, labels: Labels<'_>, buckets: &[(f64, u64)], count: u64, sum: f64) {
        for (bound, so_many) in buckets {
            self.line("_bucket", labels, Some(&format!("{bound:?}")), number(*so_many));
        }
        self.line("_bucket", labels, Some("+Inf"), number(count));
        self.line("_sum", labels, None, sum);
        self.line("_count", labels, None, number(count));
    }

    fn line(&mut self, ending: &str, labels: Labels<'_>, bound: Option<&str>, value: f64) {
        let mut written = String::new();
        for (name, value) in labels.iter().copied().chain(bound.map(|bound| ("le", bound))) {
            let between = if written.is_empty() { "" } else { "," };
            let _ = write!(written, "{between}{name}=\"{}\"", escaped(value));
        }
        let written = if written.is_empty() { written } else { format!("{{{written}}}") };
        let _ = writeln!(self.text, "{}{ending}{written} {value}", self.name);
    }

    pub(super) fn end(mut self) -> String {
        if self.dialect == Dialect::OpenMetrics {
            self.text.push_str("# EOF\n");
        }
        self.text
    }
}

/// A count as the format has it: exact up to 2^53.
#[expect(clippy::cast_precision_loss, reason = "nobody counts to 2^53 here")]
pub(super) const fn number(count: u64) -> f64 {
    count as f64
}

fn escaped(value: &str) -> String {
    value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}
