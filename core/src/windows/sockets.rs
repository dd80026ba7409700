//! The table of TCP connections, with the process of each.

use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};

use windows_sys::Win32::Foundation::{ERROR_INSUFFICIENT_BUFFER, ERROR_NOT_SUPPORTED, NO_ERROR};
use windows_sys::Win32::NetworkManagement::IpHelper::{
    GetExtendedTcpTable, MIB_TCP_STATE_LISTEN, MIB_TCP6ROW_OWNER_MODULE, MIB_TCPROW_OWNER_MODULE,
    TCP_TABLE_CLASS, TCP_TABLE_OWNER_MODULE_CONNECTIONS, TCP_TABLE_OWNER_MODULE_LISTENER,
};
use windows_sys::Win32::Networking::WinSock::{AF_INET, AF_INET6};

use crate::tcp_table::Row;

/// The table may grow between two questions.
const ATTEMPTS: usize = 8;

/// Room for 400 rows, in units of eight bytes: few machines have more.
const FIRST_SIZE: usize = 8192;

/// Rows follow a number of four bytes, aligned for their time of eight.
const FIRST_ROW: usize = 8;

/// All sockets of this machine that listen.
pub(crate) fn listeners() -> io::Result<Vec<Row>> {
    table(TCP_TABLE_OWNER_MODULE_LISTENER)
}

/// All TCP connections of this machine.
pub(crate) fn connections() -> io::Result<Vec<Row>> {
    table(TCP_TABLE_OWNER_MODULE_CONNECTIONS)
}

fn table(class: TCP_TABLE_CLASS) -> io::Result<Vec<Row>> {
    // SAFETY: this is the row of that family.
    let mut table: Vec<Row> = unsafe { rows(AF_INET, class) }?.into_iter().map(ipv4).collect();
    // SAFETY: this is the row of that family.
    match unsafe { rows(AF_INET6, class) } {
        // A system without IPv6.
        Err(error) if error.raw_os_error() == Some(ERROR_NOT_SUPPORTED as i32) => {}
        ipv6 => table.extend(ipv6?.into_iter().map(self::ipv6)),
    }
    Ok(table)
}

fn ipv4(row: MIB_TCPROW_OWNER_MODULE) -> Row {
    let address = |ip: u32, number| SocketAddr::from((Ipv4Addr::from(ip.to_ne_bytes()), port(number)));
    Row {
        local: address(row.dwLocalAddr, row.dwLocalPort),
        remote: address(row.dwRemoteAddr, row.dwRemotePort),
        listens: row.dwState == MIB_TCP_STATE_LISTEN as u32,
        process: row.dwOwningPid,
        made: row.liCreateTimestamp as u64,
    }
}

/// An IPv4 address in an IPv6 socket is given as what it is.
fn ipv6(row: MIB_TCP6ROW_OWNER_MODULE) -> Row {
    let address = |ip, number| SocketAddr::new(Ipv6Addr::from(ip).to_canonical(), port(number));
    Row {
        local: address(row.ucLocalAddr, row.dwLocalPort),
        remote: address(row.ucRemoteAddr, row.dwRemotePort),
        listens: row.dwState == MIB_TCP_STATE_LISTEN as u32,
        process: row.dwOwningPid,
        made: row.liCreateTimestamp as u64,
    }
}

/// In network order, in the lower half.
fn port(number: u32) -> u16 {
    u16::from_be(number as u16)
}

/// The rows of a family of addresses, in a class of tables that tell the module.
///
/// # Safety
///
/// `R` must be the type of that family's rows in that class.
unsafe fn rows<R: Copy>(family: u16, class: TCP_TABLE_CLASS) -> io::Result<Vec<R>> {
    let mut buffer = vec![0_u64; FIRST_SIZE];
    for _ in 0..ATTEMPTS {
        let mut size = (buffer.len() * size_of::<u64>()) as u32;
        // SAFETY: `buffer` has room for `size` bytes, aligned for a row.
        let status = unsafe {
            GetExtendedTcpTable(buffer.as_mut_ptr().cast(), &raw mut size, 0, family.into(), class, 0)
        };
        match status {
            // SAFETY: the call has put a table there.
            NO_ERROR => return Ok(unsafe { read(&buffer) }),
            ERROR_INSUFFICIENT_BUFFER => buffer.resize(size as usize / size_of::<u64>() + 1, 0),
            other => return Err(io::Error::from_raw_os_error(other as i32)),
        }
    }
    Err(io::Error::from_raw_os_error(ERROR_INSUFFICIENT_BUFFER as i32))
}

/// # Safety
///
/// `buffer` must hold a table whose rows are of the type `R`.
unsafe fn read<R: Copy>(buffer: &[u64]) -> Vec<R> {
    // SAFETY: by contract it starts with the number of its rows.
    let count = unsafe { *buffer.as_ptr().cast::<u32>() } as usize;
    let room = (size_of_val(buffer) - FIRST_ROW) / size_of::<R>();
    let first = buffer.as_ptr().cast::<u8>().wrapping_add(FIRST_ROW).cast::<R>();
    // SAFETY: by contract these are rows, and none lies outside of `buffer`.
    (0..count.min(room)).map(|at| unsafe { first.add(at).read_unaligned() }).collect()
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::net::{TcpListener, TcpStream};

    use windows_sys::Win32::NetworkManagement::IpHelper::{
        MIB_TCP6TABLE_OWNER_MODULE, MIB_TCPTABLE_OWNER_MODULE,
    };

    use super::*;

    #[test]
    fn rows_are_where_the_system_puts_them() {
        assert_eq!(std::mem::offset_of!(MIB_TCPTABLE_OWNER_MODULE, table), FIRST_ROW);
        assert_eq!(std::mem::offset_of!(MIB_TCP6TABLE_OWNER_MODULE, table), FIRST_ROW);
    }

    #[test]
    fn both_ends_of_a_connection_and_the_listener_are_in_the_table() {
        for host in ["127.0.0.1:0", "[::1]:0"] {
            let listener = TcpListener::bind(host).unwrap();
            let agent = listener.local_addr().unwrap();
            let mut stream = TcpStream::connect(agent).unwrap();
            stream.write_all(b"x").unwrap();
            let (_accepted, ours) = listener.accept().unwrap();
            let table = [listeners().unwrap(), connections().unwrap()].concat();
            let process = |local, remote, listens| {
                let is_it = |row: &&Row| row.local == local && row.remote == remote && row.listens == listens;
                table.iter().find(is_it).map(|row| row.process)
            };
            let nobody = SocketAddr::new(if agent.is_ipv4() { "0.0.0.0" } else { "::" }.parse().unwrap(), 0);
            let us = std::process::id();
            let [own, others @ ..] =
                [process(ours, agent, false), process(agent, ours, false), process(agent, nobody, true)];
            // Wine tells of an IPv4 socket's process, and that once it has sent something.
            assert!(own == Some(us) || agent.is_ipv6() && own == Some(0), "{host}: {own:?}");
            assert!(others.iter().all(|other| [Some(0), Some(us)].contains(other)), "{host}: {others:?}");
        }
    }
}
