//! The firmware platform under the applet: which part answers which request. Everything is kept in memory.

use trussed::{
    backend::{Backend as _, BackendId},
    platform::Platform,
    serde_extensions::{ExtensionDispatch, ExtensionId, ExtensionImpl as _},
    service::ServiceResources,
    types::Context,
    virt::{self, StoreConfig},
};
use trussed_auth::AuthExtension;
use trussed_auth_backend::{AuthBackend, AuthContext, FilesystemLayout};
use trussed_chunked::ChunkedExtension;
use trussed_core::{
    Error,
    api::{Reply, Request, reply, request},
    types::Location,
};
use trussed_hpke::HpkeExtension;
use trussed_rsa_alloc::SoftwareRsa;
use trussed_staging::{StagingBackend, StagingContext};
use trussed_wrap_key_to_file::WrapKeyToFileExtension;

/// The applet's connection to the platform.
pub type Client<'a> = virt::Client<'a, Parts>;

/// Runs `work` on a new platform with empty memory.
pub fn with_client<R>(work: impl FnOnce(Client<'_>) -> R) -> R {
    const BACKENDS: &[BackendId<Part>] = &[
        BackendId::Custom(Part::Rsa),
        BackendId::Custom(Part::Staging),
        BackendId::Custom(Part::Auth),
        BackendId::Core,
    ];
    let parts =
        Parts { auth: AuthBackend::new(Location::Internal, FilesystemLayout::V1), staging: StagingBackend::new() };
    virt::with_platform(StoreConfig::ram(), |platform| {
        platform.run_client_with_backends("virtual-card", parts, BACKENDS, work)
    })
}

pub struct Parts {
    auth: AuthBackend,
    staging: StagingBackend,
}

#[derive(Default)]
pub struct Contexts {
    auth: AuthContext,
    staging: StagingContext,
}

#[derive(Debug)]
pub enum Part {
    Rsa,
    Staging,
    Auth,
}

#[derive(Clone, Copy, Debug)]
pub enum Extension {
    Auth,
    Chunked,
    Hpke,
    WrapKeyToFile,
}

impl From<Extension> for u8 {
    fn from(extension: Extension) -> Self {
        extension as u8
    }
}

impl TryFrom<u8> for Extension {
    type Error = Error;
    fn try_from(id: u8) -> Result<Self, Error> {
        let all = [Self::Auth, Self::Chunked, Self::Hpke, Self::WrapKeyToFile];
        all.into_iter().find(|extension| *extension as u8 == id).ok_or(Error::InternalError)
    }
}

impl ExtensionId<AuthExtension> for Parts {
    type Id = Extension;
    const ID: Extension = Extension::Auth;
}
impl ExtensionId<ChunkedExtension> for Parts {
    type Id = Extension;
    const ID: Extension = Extension::Chunked;
}
impl ExtensionId<HpkeExtension> for Parts {
    type Id = Extension;
    const ID: Extension = Extension::Hpke;
}
impl ExtensionId<WrapKeyToFileExtension> for Parts {
    type Id = Extension;
    const ID: Extension = Extension::WrapKeyToFile;
}

impl ExtensionDispatch for Parts {
    type BackendId = Part;
    type Context = Contexts;
    type ExtensionId = Extension;

    fn core_request<P: Platform>(
        &mut self,
        part: &Part,
        context: &mut Context<Contexts>,
        request: &Request,
        resources: &mut ServiceResources<P>,
    ) -> Result<Reply, Error> {
        let core = &mut context.core;
        match part {
            Part::Rsa => SoftwareRsa.request(core, &mut (), request, resources),
            Part::Staging => self.staging.request(core, &mut context.backends.staging, request, resources),
            Part::Auth => self.auth.request(core, &mut context.backends.auth, request, resources),
        }
    }

    fn extension_request<P: Platform>(
        &mut self,
        part: &Part,
        extension: &Extension,
        context: &mut Context<Contexts>,
        request: &request::SerdeExtension,
        resources: &mut ServiceResources<P>,
    ) -> Result<reply::SerdeExtension, Error> {
        let (core, backends) = (&mut context.core, &mut context.backends);
        let (staging, known) = (&mut self.staging, &mut backends.staging);
        match (part, extension) {
            (Part::Auth, Extension::Auth) => {
                self.auth.extension_request_serialized(core, &mut backends.auth, request, resources)
            }
            (Part::Staging, Extension::Chunked) => <StagingBackend as trussed::serde_extensions::ExtensionImpl<
                ChunkedExtension,
            >>::extension_request_serialized(
                staging, core, known, request, resources
            ),
            (Part::Staging, Extension::Hpke) => <StagingBackend as trussed::serde_extensions::ExtensionImpl<
                HpkeExtension,
            >>::extension_request_serialized(
                staging, core, known, request, resources
            ),
            (Part::Staging, Extension::WrapKeyToFile) => <StagingBackend as trussed::serde_extensions::ExtensionImpl<
                WrapKeyToFileExtension,
            >>::extension_request_serialized(
                staging, core, known, request, resources
            ),
            _ => Err(Error::RequestNotAvailable),
        }
    }
}
