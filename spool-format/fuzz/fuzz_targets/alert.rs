//! libFuzzer's way into [`spool_format_fuzz::alert`].
#![no_main]

libfuzzer_sys::fuzz_target!(|octets: &[u8]| {
    spool_format_fuzz::alert(octets);
});
