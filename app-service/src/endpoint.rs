//! An endpoint that runs, and its settings.

use std::ffi::OsString;
use std::fmt;
use std::io;
use std::net::TcpStream;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use arcidentity_core::{Client, Error, check_resource, without_scope};

use crate::connection::{Asker, Exchange, PATIENCE, Service, serve};
use crate::guard::{Guard, PATH};
use crate::secret::Secret;
use crate::server::{Server, bind};
use crate::token_request::Resources;
use crate::tokens::Tokens;
use crate::variables::{self, Variable};

type Observer = Box<dyn Fn(&Event) + Send + Sync>;

/// The settings of an [`Endpoint`], from [`Endpoint::builder`].
pub struct Builder {
    client: Arc<Client>,
    resources: Resources,
    url_variables: Vec<OsString>,
    terraform: bool,
    patience: Duration,
    observer: Option<Observer>,
}

/// An endpoint that serves tokens to programs of this user that know its secret, until it is dropped.
pub struct Endpoint {
    server: Server,
    service: Arc<Service>,
    url_variables: Vec<OsString>,
    terraform: bool,
}

/// A request that was answered.
#[non_exhaustive]
#[derive(Debug, Clone)]
pub struct Event {
    /// The resource, where the request came from the program and asked for one that was named.
    pub resource: Option<String>,
    /// Who has asked.
    pub asker: Asker,
    /// The HTTP status of the answer.
    pub status: u16,
    /// The word for programs that the answer has, where there was no token.
    pub code: Option<String>,
    /// Why there was none.
    pub reason: Option<String>,
    /// The library's error, where that is the reason.
    pub error: Option<Error>,
    /// How long it took from the connection to the answer.
    pub duration: Duration,
}

impl Endpoint {
    /// The settings of an endpoint whose tokens come from this client. If that is for the machine's own identity, a
    /// program may select another one; else it gets tokens of the client's identity only.
    #[must_use]
    pub fn builder(client: impl Into<Arc<Client>>) -> Builder {
        Builder {
            client: client.into(),
            resources: Resources::default(),
            url_variables: Vec::new(),
            terraform: false,
            patience: PATIENCE,
            observer: None,
        }
    }

    /// What leads a program here: a name and a value, or none where the variable is to be removed. The secret is in them.
    #[must_use]
    pub fn variables(&self) -> Vec<(OsString, Option<OsString>)> {
        let url = |path: &str| format!("http://{}{path}", self.server.address);
        let guard = &self.service.guard;
        let mut all: Vec<Variable> =
            variables::of_protocol(&url(PATH), guard.header.as_str(), variables::current);
        if let Some(secret) = &guard.url {
            all.extend(variables::of_url(
                &url(&Guard::url_path(secret)),
                &self.url_variables,
                self.terraform,
            ));
        }
        all
    }

    /// The port on 127.0.0.1.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.server.address.port()
    }
}

impl Builder {
    /// Serves tokens for this resource too: a URI, with a slash at the end or without, or a scope.
    #[must_use]
    pub fn resource(mut self, resource: impl Into<String>) -> Builder {
        self.resources.named.push(resource.into());
        self
    }

    /// Serves tokens for every resource. Defaults to those that were named.
    #[must_use]
    pub fn any_resource(mut self) -> Builder {
        self.resources.any = true;
        self
    }

    /// Sets this variable to a URL with a secret of its own in the path, for tools that have a setting for a URL and send
    /// no secret in a header. Tools write URLs to their logs.
    #[must_use]
    pub fn url_variable(mut self, name: impl Into<OsString>) -> Builder {
        self.url_variables.push(name.into());
        self
    }

    /// Sets the variables of Terraform's and Packer's providers for Azure, with such a URL.
    #[must_use]
    pub fn terraform(mut self) -> Builder {
        self.terraform = true;
        self
    }

    /// Told of each request when it is answered, on another thread.
    #[must_use]
    pub fn on_event(mut self, observer: impl Fn(&Event) + Send + Sync + 'static) -> Builder {
        self.observer = Some(Box::new(observer));
        self
    }

    /// For tests: how long a client may take.
    #[doc(hidden)]
    #[must_use]
    pub fn patience(mut self, patience: Duration) -> Builder {
        self.patience = patience;
        self
    }

    /// Listens on a free port.
    ///
    /// # Errors
    ///
    /// [`io::ErrorKind::InvalidInput`] for a resource that names nothing and a variable that cannot be set; else what the
    /// system says where there is no port, no thread or no random number.
    pub fn start(self) -> io::Result<Endpoint> {
        self.check()?;
        let is_stopped = Arc::new(AtomicBool::new(false));
        let listener = bind()?;
        let wants_url = self.terraform || !self.url_variables.is_empty();
        let guard = Guard {
            port: listener.local_addr()?.port(),
            header: Secret::random()?,
            url: wants_url.then(Secret::random).transpose()?,
        };
        let tokens = Tokens::new(self.client, Arc::clone(&is_stopped));
        let service = Arc::new(Service { patience: self.patience, guard, resources: self.resources, tokens });
        let (served, stopped, observer) = (Arc::clone(&service), Arc::clone(&is_stopped), self.observer);
        let answer = move |stream: &TcpStream| {
            let start = Instant::now();
            serve(&served, stream, &stopped, |exchange| {
                if let Some(observer) = &observer {
                    observer(&Event::of(exchange, start.elapsed()));
                }
            });
        };
        let server = Server::start(listener, is_stopped, answer)?;
        Ok(Endpoint { server, service, url_variables: self.url_variables, terraform: self.terraform })
    }

    fn check(&self) -> io::Result<()> {
        let invalid = |text: String| Err(io::Error::new(io::ErrorKind::InvalidInput, text));
        for resource in &self.resources.named {
            if let Err(error) = check_resource(without_scope(resource)) {
                return invalid(format!("{resource:?}: {}", error.message()));
            }
        }
        match self.url_variables.iter().find(|name| !variables::can_be_set(name)) {
            Some(name) => invalid(format!("{name:?} cannot be set to a URL")),
            None => Ok(()),
        }
    }
}

impl Event {
    fn of(exchange: &Exchange, duration: Duration) -> Event {
        let refusal = exchange.outcome.as_ref().err();
        Event {
            resource: exchange.token_request.as_ref().map(|token_request| token_request.resource.clone()),
            asker: exchange.asker,
            status: refusal.map_or(200, |refusal| refusal.status),
            code: refusal.map(|refusal| refusal.error.clone()),
            reason: refusal.map(|refusal| refusal.text.clone()),
            error: refusal.and_then(|refusal| refusal.cause.clone()),
            duration,
        }
    }
}

impl fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Endpoint").field("port", &self.port()).finish_non_exhaustive()
    }
}
