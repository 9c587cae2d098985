//! No image of this process's memory on the disk.

use rustix::process::{Resource, Rlimit, setrlimit};

/// A crash leaves no core file, neither of this process nor of any that it starts: passwords and tokens are in their memory, and
/// the file would lie in whatever folder the process was started in.
pub fn is_never_left() {
    // Lowering a limit is always allowed.
    let _ = setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) });
}
