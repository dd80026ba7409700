//! What the stand-in for the agent is told to answer.

use std::collections::HashMap;

use arcidentity_emulator::Answer;
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyString};

use crate::python_code;

pub(super) fn answer(
    status: Option<u16>,
    body: Option<&Bound<'_, PyAny>>,
    headers: Option<HashMap<String, String>>,
) -> PyResult<Answer> {
    let mut answer = status.map_or_else(Answer::normal, Answer::status);
    for (name, value) in headers.unwrap_or_default() {
        answer = answer.header(name, value);
    }
    if let Some(body) = body {
        answer = answer.body(bytes(body)?);
    }
    Ok(answer)
}

fn bytes(body: &Bound<'_, PyAny>) -> PyResult<Vec<u8>> {
    if let Ok(bytes) = body.cast::<PyBytes>() {
        return Ok(bytes.as_bytes().to_vec());
    }
    if let Ok(text) = body.cast::<PyString>() {
        return Ok(text.encode_utf8()?.as_bytes().to_vec());
    }
    if body.is_instance_of::<PyDict>() {
        let text: String = python_code::call_of_module(body.py(), "json", "dumps", (body,))?.extract()?;
        return Ok(text.into_bytes());
    }
    Err(PyTypeError::new_err("the body is neither text nor bytes nor a dict"))
}
