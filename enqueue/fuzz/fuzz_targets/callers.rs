//! libFuzzer's way into [`enqueue_fuzz::callers`].
#![no_main]

libfuzzer_sys::fuzz_target!(|octets: &[u8]| {
    enqueue_fuzz::callers(octets);
});
