//! Zorgapplicaties: registering, changing, ending.

use super::{
    Asked, Office, Reason, id, propose,
    sheet::{Cell, Form, Link, Row, Sheet, Table, Wrong, read_reason, reason, text_error},
};
use crate::{
    AppError,
    browser::SafeForm,
    pages::{
        dutch_time,
        form::{Field, Kind, any_error, tidy},
        texts::{self, Texts},
        visit::Visit,
    },
};
use axum::{
    extract::{Path, Query},
    response::Response,
};
use domain::{
    Ura,
    care_application::{CareApplication, CareApplicationId},
    change::OperatorChange,
};
use i18n_embed_fl::fl;
use protocol::ProblemCode;
use serde::Deserialize;

const PATH: &str = "/backoffice/zorgapplicaties";
const MOST: usize = 200;
const MOST_KEY: usize = 4_000;
const MOST_LINES: usize = 100;
/// The longest address that a browser is sent back to.
const MOST_ADDRESS: usize = 2_000;

fn path_of(id: CareApplicationId) -> String {
    format!("{PATH}/{id}")
}

/// What was typed.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Typed {
    naam: String,
    organisatie: String,
    certificaatnaam: String,
    sleutel: String,
    adressen: String,
    uras: String,
}

/// A public key: PEM of a SubjectPublicKeyInfo, which says of itself how long it is.
fn is_public_key(pem: &str) -> bool {
    use base64::{Engine as _, engine::general_purpose::STANDARD};
    let inner = pem
        .trim()
        .strip_prefix("-----BEGIN PUBLIC KEY-----")
        .and_then(|rest| rest.strip_suffix("-----END PUBLIC KEY-----"));
    let Some(inner) = inner else { return false };
    let text: String = inner.split_whitespace().collect();
    let Ok(der) = STANDARD.decode(text) else { return false };
    match der.as_slice() {
        [0x30, length, rest @ ..] if *length < 0x80 => rest.len() == usize::from(*length),
        [0x30, 0x81, length, rest @ ..] => rest.len() == usize::from(*length),
        [0x30, 0x82, high, low, rest @ ..] => rest.len() == usize::from(u16::from_be_bytes([*high, *low])),
        _ => false,
    }
}

/// `https`, with a host, without user, password or fragment.
fn is_redirect(address: &str) -> bool {
    url::Url::parse(address).is_ok_and(|url| {
        url.scheme() == "https"
            && url.host_str().is_some()
            && url.username().is_empty()
            && url.password().is_none()
            && url.fragment().is_none()
            && address.len() <= MOST_ADDRESS
    })
}

impl Typed {
    fn of(application: &CareApplication) -> Self {
        Self {
            naam: application.name.clone(),
            organisatie: application.organisation.clone(),
            certificaatnaam: application.certificate_name.clone().unwrap_or_default(),
            sleutel: application.public_key.clone().unwrap_or_default(),
            adressen: application.redirect_addresses.join("\n"),
            uras: application.uras.iter().map(Ura::as_str).collect::<Vec<_>>().join("\n"),
        }
    }
    fn addresses(&self) -> Vec<&str> {
        self.adressen.split_whitespace().collect()
    }
    fn uras(&self) -> Vec<&str> {
        self.uras.split(|c: char| c.is_whitespace() || c == ',' || c == ';').filter(|part| !part.is_empty()).collect()
    }
    fn fields(&self, t: &Texts, check: bool) -> Vec<Field> {
        let said = |wrong: Option<String>| wrong.filter(|_| check);
        let (name, key) = (self.certificaatnaam.trim(), self.sleutel.trim());
        let certificate = match () {
            () if name.is_empty() && key.is_empty() => Some(fl!(t, "office-client-one-of")),
            () if name.is_empty() => None,
            () => text_error(t, name, MOST),
        };
        let wrong_key = !key.is_empty() && !is_public_key(key);
        let addresses = self.addresses();
        let address = match addresses.iter().find(|address| !is_redirect(address)) {
            Some(wrong) => Some(fl!(t, "office-client-address-wrong", address = wrong.to_string())),
            None if addresses.len() > MOST_LINES => Some(fl!(t, "field-too-long", most = MOST_LINES)),
            None => None,
        };
        let uras = self.uras();
        let wrong = uras.iter().find(|ura| Ura::parse(ura).is_none());
        let ura = wrong.map(|wrong| fl!(t, "office-client-ura-wrong", ura = wrong.to_string()));
        vec![
            Field::new("naam", fl!(t, "office-client-name"), &self.naam)
                .most(MOST)
                .help(fl!(t, "office-client-name-help"))
                .error(said(text_error(t, &self.naam, MOST))),
            Field::new("organisatie", fl!(t, "office-client-organisation"), &self.organisatie)
                .most(MOST)
                .error(said(text_error(t, &self.organisatie, MOST))),
            Field::new("certificaatnaam", fl!(t, "office-client-certificate"), &self.certificaatnaam)
                .optional()
                .most(MOST)
                .help(fl!(t, "office-client-certificate-help"))
                .error(said(certificate)),
            Field::new("sleutel", fl!(t, "office-client-key"), &self.sleutel)
                .optional()
                .kind(Kind::Area)
                .most(MOST_KEY)
                .help(fl!(t, "office-client-key-help"))
                .error(said(wrong_key.then(|| fl!(t, "office-client-key-wrong")))),
            Field::new("adressen", fl!(t, "office-client-addresses"), &self.adressen)
                .optional()
                .kind(Kind::Area)
                .most(20_000)
                .help(fl!(t, "office-client-addresses-help"))
                .error(said(address)),
            Field::new("uras", fl!(t, "office-client-uras"), &self.uras)
                .optional()
                .kind(Kind::Area)
                .most(20_000)
                .help(fl!(t, "office-client-uras-help"))
                .error(said(ura)),
        ]
    }
}

async fn one(visit: &Visit, which: CareApplicationId) -> Result<CareApplication, AppError> {
    let found = visit.app.read(move |tx| Box::pin(async move { Ok::<_, AppError>(tx.care_application(which).await?) }));
    found.await?.ok_or(ProblemCode::NotFound.into())
}

/// The list.
pub(super) async fn list(Office(visit): Office, Query(asked): Query<Asked>) -> Result<Response, AppError> {
    let all = visit.app.read(|tx| Box::pin(async move { Ok::<_, AppError>(tx.care_applications().await?) })).await?;
    let mut sheet = Sheet::new(&visit, PATH, asked.gedaan.as_deref());
    let t = sheet.ui.t.clone();
    let rows = all.iter().map(|application| {
        let standing = match application.ended_at {
            Some(at) => fl!(t, "office-client-ended", date = dutch_time::date(at)),
            None => fl!(t, "office-client-takes-part"),
        };
        Row::from(vec![
            Cell::link(application.name.clone(), path_of(application.id)),
            application.organisation.clone().into(),
            standing.into(),
        ])
    });
    sheet.tables.push(Table {
        caption: fl!(t, "office-clients"),
        heads: vec![fl!(t, "office-name"), fl!(t, "office-organisation"), fl!(t, "office-status")],
        rows: rows.collect(),
        empty: fl!(t, "office-clients-none"),
        pager: None,
    });
    sheet.links.push(Link { href: format!("{PATH}/nieuw"), text: fl!(t, "office-client-new"), here: false });
    sheet.title(fl!(t, "office-clients")).show(None)
}

fn show_new(visit: &Visit, which: CareApplicationId, typed: &Typed, wrong: Wrong) -> Result<Response, AppError> {
    let mut sheet = Sheet::new(visit, &format!("{PATH}/nieuw"), None);
    let t = sheet.ui.t.clone();
    let form =
        Form::new("bewaren", fl!(t, "office-client-save"), String::new(), path_of(which), typed.fields(&t, false));
    sheet.forms.push(form.open());
    sheet.title(fl!(t, "office-client-new")).show(wrong)
}

/// An empty form. Its address already names the new one, so that pressing twice registers once.
pub(super) async fn new(Office(visit): Office) -> Result<Response, AppError> {
    let which = CareApplicationId::new(visit.app.now(), visit.app.entropy());
    show_new(&visit, which, &Typed::default(), None)
}

fn show(visit: &Visit, application: &CareApplication, done: Option<&str>, wrong: Wrong) -> Result<Response, AppError> {
    let path = path_of(application.id);
    let mut sheet = Sheet::new(visit, &path, done);
    let t = sheet.ui.t.clone();
    sheet.fact(fl!(t, "office-client-organisation"), application.organisation.clone());
    sheet.fact(fl!(t, "office-client-certificate"), application.certificate_name.clone().unwrap_or_default());
    sheet.fact(fl!(t, "office-client-addresses"), application.redirect_addresses.join(", "));
    sheet.fact(fl!(t, "office-client-uras"), application.uras.iter().map(Ura::as_str).collect::<Vec<_>>().join(", "));
    sheet.fact(fl!(t, "office-since"), dutch_time::date(application.created_at));
    match application.ended_at {
        Some(at) => sheet.warning = Some(fl!(t, "office-client-ended", date = dutch_time::date(at))),
        None => {
            let fields = Typed::of(application).fields(&t, false);
            let save = Form::new("bewaren", fl!(t, "office-client-save"), String::new(), path.clone(), fields);
            let why = reason(&t, "beeindigen", "", fl!(t, "office-reason-help"));
            let (title, text) = (fl!(t, "office-client-end"), fl!(t, "office-client-end-text"));
            let end = Form::new("beeindigen", title, text, format!("{path}/beeindigen"), vec![why]);
            sheet.forms = vec![save, end];
        }
    }
    sheet.title(application.name.clone()).show(wrong)
}

/// One of them.
pub(super) async fn page(
    Office(visit): Office,
    Path(which): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, AppError> {
    let application = one(&visit, id(CareApplicationId::parse(&which))?).await?;
    show(&visit, &application, asked.gedaan.as_deref(), None)
}

/// Registers or changes it.
pub(super) async fn save(
    Office(visit): Office,
    Path(which): Path<String>,
    SafeForm(typed): SafeForm<Typed>,
) -> Result<Response, AppError> {
    let which = id(CareApplicationId::parse(&which))?;
    let fields = typed.fields(&texts::of(visit.caller.lang), true);
    if any_error(&fields) {
        let wrong = Some(("bewaren", fields));
        return match one(&visit, which).await {
            Ok(known) => show(&visit, &known, None, wrong),
            Err(error) if error.code == ProblemCode::NotFound => show_new(&visit, which, &typed, wrong),
            Err(error) => Err(error),
        };
    }
    let filled = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
    let application = CareApplication {
        id: which,
        name: tidy(&typed.naam),
        organisation: tidy(&typed.organisatie),
        certificate_name: filled(&tidy(&typed.certificaatnaam)),
        public_key: filled(&typed.sleutel),
        redirect_addresses: typed.addresses().into_iter().map(str::to_owned).collect(),
        uras: typed.uras().into_iter().filter_map(Ura::parse).collect(),
        created_at: visit.app.now(),
        ended_at: None,
    };
    let change = OperatorChange::SaveCareApplication(Box::new(application));
    propose(&visit, change, "", &path_of(which), "zorgapplicatie-bewaard").await
}

/// Takes part no more.
pub(super) async fn end(
    Office(visit): Office,
    Path(which): Path<String>,
    SafeForm(typed): SafeForm<Reason>,
) -> Result<Response, AppError> {
    let which = id(CareApplicationId::parse(&which))?;
    let t = texts::of(visit.caller.lang);
    match read_reason(&t, "beeindigen", &typed.reden, fl!(t, "office-reason-help")) {
        Ok(why) => {
            let change = OperatorChange::EndCareApplication(which);
            propose(&visit, change, &why, &path_of(which), "zorgapplicatie-beeindigd").await
        }
        Err(wrong) => {
            let application = one(&visit, which).await?;
            show(&visit, &application, None, wrong)
        }
    }
}
