//! libFuzzer's way into [`spool_format_fuzz::journal`].
#![no_main]

libfuzzer_sys::fuzz_target!(|octets: &[u8]| {
    spool_format_fuzz::journal(octets);
});
