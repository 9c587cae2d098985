//! libFuzzer's way into [`enqueue_fuzz::mail`].
#![no_main]

libfuzzer_sys::fuzz_target!(|octets: &[u8]| {
    enqueue_fuzz::mail(octets);
});
