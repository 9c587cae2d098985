//! libFuzzer's way into [`enqueue_fuzz::options`].
#![no_main]

libfuzzer_sys::fuzz_target!(|octets: &[u8]| {
    enqueue_fuzz::options(octets);
});
