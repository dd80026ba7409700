//! Python code that this module runs.
//!
//! When a program ends, CPython before 3.14 ends a daemon thread in the middle of its code, with `pthread_exit`, which
//! unwinds the thread's stack. Where that reaches Rust the whole process ends with SIGABRT. So the thread waits forever
//! instead, as one of 3.14 does, and as pyo3 has it where a thread comes back to Python.

#![allow(unsafe_code, reason = "functions of C")]

use std::{mem, ptr, thread};

use pyo3::prelude::*;
use pyo3::types::{PyString, PyTuple};
use pyo3::{BoundObject, ffi};

// pyo3 declares these functions as ones that never unwind. What is declared so has nothing to unwind around it, also where
// its type says otherwise, so that the optimizer must not see that these are the same.
type Import = unsafe extern "C-unwind" fn(name: *mut ffi::PyObject) -> *mut ffi::PyObject;
type Call = unsafe extern "C-unwind" fn(
    function: *mut ffi::PyObject,
    arguments: *mut ffi::PyObject,
    named: *mut ffi::PyObject,
) -> *mut ffi::PyObject;

/// Calls a function of a module, which is imported if nobody has done so.
pub(crate) fn call_of_module<'py>(
    py: Python<'py>,
    module: &str,
    name: &str,
    arguments: impl IntoPyObject<'py, Target = PyTuple, Error: Into<PyErr>>,
) -> PyResult<Bound<'py, PyAny>> {
    call(&import(py, module)?, name, arguments)
}

/// Imports a module, which runs its code if nobody has done so.
pub(crate) fn import<'py>(py: Python<'py>, name: &str) -> PyResult<Bound<'py, PyAny>> {
    let name = PyString::new(py, name);
    let declared: unsafe extern "C" fn(_) -> _ = ffi::PyImport_Import;
    // SAFETY: The types differ only in that a function of the second one may unwind.
    let import = unsafe { ptr::read_volatile((&raw const declared).cast::<Import>()) };
    // SAFETY: This thread is attached, and the name is an object that outlives the call.
    let module = unwound_to_here(|| unsafe { import(name.as_ptr()) });
    // SAFETY: It returns a new reference, or NULL with an exception.
    unsafe { Bound::from_owned_ptr_or_err(py, module) }
}

/// Calls a function of a module or an object, by its name.
pub(crate) fn call<'py>(
    owner: &Bound<'py, PyAny>,
    name: &str,
    arguments: impl IntoPyObject<'py, Target = PyTuple, Error: Into<PyErr>>,
) -> PyResult<Bound<'py, PyAny>> {
    call_it(&owner.getattr(name)?, arguments)
}

/// Calls a function.
pub(crate) fn call_it<'py>(
    function: &Bound<'py, PyAny>,
    arguments: impl IntoPyObject<'py, Target = PyTuple, Error: Into<PyErr>>,
) -> PyResult<Bound<'py, PyAny>> {
    let py = function.py();
    let arguments = arguments.into_pyobject(py).map_err(Into::into)?.into_bound();
    let declared: unsafe extern "C" fn(_, _, _) -> _ = ffi::PyObject_Call;
    // SAFETY: The types differ only in that a function of the second one may unwind.
    let call = unsafe { ptr::read_volatile((&raw const declared).cast::<Call>()) };
    // SAFETY: This thread is attached, and both are objects that outlive the call. NULL is no argument with a name.
    let result = unwound_to_here(|| unsafe { call(function.as_ptr(), arguments.as_ptr(), ptr::null_mut()) });
    // SAFETY: It returns a new reference, or NULL with an exception.
    unsafe { Bound::from_owned_ptr_or_err(py, result) }
}

/// Lets the thread wait here if its stack is unwound.
fn unwound_to_here<T>(run: impl FnOnce() -> T) -> T {
    struct Waiting;
    impl Drop for Waiting {
        fn drop(&mut self) {
            loop {
                thread::park();
            }
        }
    }

    let waiting = Waiting;
    let result = run();
    mem::forget(waiting);
    result
}
