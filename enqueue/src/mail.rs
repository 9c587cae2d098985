//! The program as `mail` and `mailx`: a text on stdin, subject and recipients as arguments.

use std::ffi::OsString;

use crate::exit::{Exit, Refusal};
use crate::{Outcome, World};

/// Does what `argv` asks for.
#[cold]
pub(crate) fn answer(_argv: &[OsString], _world: &mut World<'_>) -> Result<Outcome, Refusal> {
    let text = "this program does not answer as `mail` yet; call it as enqueue or sendmail";
    Err(Refusal::new(Exit::Usage, text.to_owned()))
}
