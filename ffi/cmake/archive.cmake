# Copies the static library `from` to `to`, if that is not the same yet, without LLVM's bitcode, which Rust's standard
# library brings along: where Clang optimizes while it links, GNU's linkers have its plugin read it, and that fails with
# the bitcode of a newer LLVM than Clang's.

set(plain ${to}.plain)
execute_process(COMMAND ${objcopy} -D --remove-section=.llvmbc --remove-section=.llvmcmd ${from} ${plain}
    RESULT_VARIABLE failed ERROR_VARIABLE complaint)
# One that knows this machine's own files only leaves those for another out of the archive's index, and does not fail.
if(failed OR complaint)
    file(COPY_FILE ${from} ${plain})
endif()
file(COPY_FILE ${plain} ${to} ONLY_IF_DIFFERENT)
file(REMOVE ${plain})
