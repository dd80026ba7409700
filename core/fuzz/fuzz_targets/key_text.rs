#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    arcidentity_testing::properties::key_text(data);
});
