//! Exit codes: sysexits(3) for everything but `check`, which speaks the language of monitoring plugins.

use std::process::ExitCode;

/// How the program ends. The table is in the README, and scripts rely on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// 0: done. For `check`: all is well.
    Done,
    /// 1: `check`: somebody should look today. `demo`: something did not arrive.
    Warning,
    /// 2: `check`: somebody should look now.
    Critical,
    /// 3: `check`: the state cannot be read.
    Unknown,
    /// 64: the command line makes no sense.
    Usage,
    /// 65: what was read makes no sense, or names nothing; `send`: something of the mail is refused.
    Data,
    /// 66: a file that was named cannot be read.
    NoInput,
    /// 69: another agent has the spool, or something that is needed is not there: a user, a provider.
    Unavailable,
    /// 73: a folder or file cannot be made.
    CannotCreate,
    /// 74: the disk failed.
    Io,
    /// 75: `send`, `probe`: the provider asks to come back later, or nobody knows whether it has the mail.
    NotNow,
    /// 77: the system forbids it; `send`, `probe`: the provider refuses the login.
    NoPermission,
    /// 78: the configuration makes no sense.
    Config,
}

impl Exit {
    /// Every way to end, in the order of the codes.
    pub const ALL: [Self; 13] = [
        Self::Done,
        Self::Warning,
        Self::Critical,
        Self::Unknown,
        Self::Usage,
        Self::Data,
        Self::NoInput,
        Self::Unavailable,
        Self::CannotCreate,
        Self::Io,
        Self::NotNow,
        Self::NoPermission,
        Self::Config,
    ];

    /// Whose code this is.
    pub fn from_code(code: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|exit| exit.code() == code)
    }

    /// The number.
    pub const fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Warning => 1,
            Self::Critical => 2,
            Self::Unknown => 3,
            Self::Usage => 64,
            Self::Data => 65,
            Self::NoInput => 66,
            Self::Unavailable => 69,
            Self::CannotCreate => 73,
            Self::Io => 74,
            Self::NotNow => 75,
            Self::NoPermission => 77,
            Self::Config => 78,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}
