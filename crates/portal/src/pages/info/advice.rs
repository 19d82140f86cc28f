//! *Welk middel past bij mij?*: four questions as a plain form, and one piece of advice with the page to go on to.

use crate::{
    AppError,
    pages::{
        contact,
        form::{Field, Kind, any_error},
        texts::Texts,
        ui::{self, Ui},
        visit::Visit,
    },
};
use askama::Template;
use axum::{extract::Query, response::Response};
use i18n_embed_fl::fl;
use serde::Deserialize;

/// Whether somebody has or does something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::pages) enum Answer {
    Yes,
    No,
    Unknown,
}

/// Where somebody's Mobile ID is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::pages) enum MobileId {
    None,
    OnThisPhone,
    OnAnotherPhone,
}

/// What was answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::pages) struct Answers {
    /// The organisation takes part.
    pub takes_part: Answer,
    /// A UZI-pas in one's own name.
    pub card: bool,
    /// A smartphone of one's own.
    pub phone: bool,
    pub mobile_id: MobileId,
}

/// Which means, by which road.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::pages) enum Advice {
    /// The organisation applies; one can do that oneself.
    Apply,
    /// Somebody with a UZI-pas applies.
    ApplyByColleague,
    /// Log in with the UZI-pas.
    Card,
    /// No means fits yet.
    Phone,
    /// Mobile ID with one's own UZI-pas.
    Register,
    /// Mobile ID at the beheerder's desk.
    Desk,
    /// There is nothing to do but log in, or let another organisation link one.
    LogIn,
    /// The same card gives a QR code for the new phone.
    NewPhoneCard,
    /// The beheerder gives a QR code for the new phone.
    NewPhoneDesk,
}

impl Answers {
    /// The advice.
    pub fn advice(self) -> Advice {
        match (self.takes_part, self.phone, self.mobile_id, self.card) {
            (Answer::No, _, _, true) => Advice::Apply,
            (Answer::No, _, _, false) => Advice::ApplyByColleague,
            (_, false, _, true) => Advice::Card,
            (_, false, _, false) => Advice::Phone,
            (_, true, MobileId::OnThisPhone, _) => Advice::LogIn,
            (_, true, MobileId::OnAnotherPhone, true) => Advice::NewPhoneCard,
            (_, true, MobileId::OnAnotherPhone, false) => Advice::NewPhoneDesk,
            (_, true, MobileId::None, true) => Advice::Register,
            (_, true, MobileId::None, false) => Advice::Desk,
        }
    }
}

/// Advice as it is shown.
struct Shown {
    title: String,
    text: String,
    href: &'static str,
    link: String,
    /// It is not known whether the organisation takes part.
    unsure: bool,
}

fn shown(t: &Texts, answers: Answers) -> Shown {
    let (title, text, href, link) = match answers.advice() {
        Advice::Apply => (fl!(t, "advice-apply"), fl!(t, "advice-apply-text"), "/aanvragen", fl!(t, "apply-title")),
        Advice::ApplyByColleague => {
            (fl!(t, "advice-apply"), fl!(t, "advice-apply-colleague-text"), "/hulp/aanvrager", fl!(t, "help-applicant"))
        }
        Advice::Card => {
            (fl!(t, "advice-card"), fl!(t, "advice-card-text"), "/inloggen/uzi", fl!(t, "login-card-button"))
        }
        Advice::Phone => {
            (fl!(t, "advice-phone"), fl!(t, "advice-phone-text"), "/hulp/techniek", fl!(t, "help-technology"))
        }
        Advice::Register => {
            (fl!(t, "advice-register"), fl!(t, "advice-register-text"), "/registreren", fl!(t, "login-register"))
        }
        Advice::Desk => {
            (fl!(t, "advice-desk"), fl!(t, "advice-desk-text"), "/hulp/zorgmedewerker", fl!(t, "help-worker"))
        }
        Advice::LogIn => (fl!(t, "advice-log-in"), fl!(t, "advice-log-in-text"), "/inloggen", fl!(t, "login-title")),
        Advice::NewPhoneCard => {
            (fl!(t, "advice-new-phone"), fl!(t, "advice-new-phone-card-text"), "/registreren", fl!(t, "login-register"))
        }
        Advice::NewPhoneDesk => (
            fl!(t, "advice-new-phone"),
            fl!(t, "advice-new-phone-desk-text"),
            "/hulp/zorgmedewerker",
            fl!(t, "help-worker"),
        ),
    };
    Shown { title, text, href, link, unsure: answers.takes_part == Answer::Unknown }
}

/// What came with the address.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    deelname: Option<String>,
    pas: Option<String>,
    telefoon: Option<String>,
    mobile: Option<String>,
}

fn answer(word: Option<&str>) -> Option<Answer> {
    match word? {
        "ja" => Some(Answer::Yes),
        "nee" => Some(Answer::No),
        "onbekend" => Some(Answer::Unknown),
        _ => None,
    }
}

fn yes(word: Option<&str>) -> Option<bool> {
    answer(word).filter(|answer| *answer != Answer::Unknown).map(|answer| answer == Answer::Yes)
}

impl Asked {
    fn answers(&self) -> Option<Answers> {
        Some(Answers {
            takes_part: answer(self.deelname.as_deref())?,
            card: yes(self.pas.as_deref())?,
            phone: yes(self.telefoon.as_deref())?,
            mobile_id: self.mobile_id()?,
        })
    }
    fn mobile_id(&self) -> Option<MobileId> {
        match self.mobile.as_deref()? {
            "nee" => Some(MobileId::None),
            "hier" => Some(MobileId::OnThisPhone),
            "elders" => Some(MobileId::OnAnotherPhone),
            _ => None,
        }
    }
    /// Somebody chose *Advies*.
    fn is_sent(&self) -> bool {
        [&self.deelname, &self.pas, &self.telefoon, &self.mobile].into_iter().any(Option::is_some)
    }
    fn fields(&self, t: &Texts) -> Vec<Field> {
        let (ja, nee) = (("ja", fl!(t, "advice-yes")), ("nee", fl!(t, "advice-no")));
        let unknown = ("onbekend", fl!(t, "advice-unknown"));
        let (here, elsewhere) = (("hier", fl!(t, "advice-here")), ("elders", fl!(t, "advice-elsewhere")));
        let question =
            |name: &'static str, label: String, typed: &Option<String>, known: bool, all: Vec<(&str, String)>| {
                let choose = std::iter::once((String::new(), fl!(t, "advice-choose")));
                let all = choose.chain(all.into_iter().map(|(value, label)| (value.to_owned(), label))).collect();
                let wrong = (self.is_sent() && !known).then(|| fl!(t, "advice-missing"));
                Field::new(name, label, typed.as_deref().unwrap_or_default()).kind(Kind::Choice(all)).error(wrong)
            };
        let part = answer(self.deelname.as_deref()).is_some();
        let (card, phone) = (yes(self.pas.as_deref()).is_some(), yes(self.telefoon.as_deref()).is_some());
        let options = vec![ja.clone(), nee.clone()];
        vec![
            question(
                "deelname",
                fl!(t, "advice-takes-part"),
                &self.deelname,
                part,
                vec![ja.clone(), nee.clone(), unknown],
            ),
            question("pas", fl!(t, "advice-has-card"), &self.pas, card, options.clone())
                .help(fl!(t, "advice-has-card-help")),
            question("telefoon", fl!(t, "advice-has-phone"), &self.telefoon, phone, options),
            question(
                "mobile",
                fl!(t, "advice-has-mobile"),
                &self.mobile,
                self.mobile_id().is_some(),
                vec![nee, here, elsewhere],
            ),
        ]
    }
}

#[derive(Template)]
#[template(path = "info/advice.html")]
struct AdvicePage {
    ui: Ui,
    fields: Vec<Field>,
    wrong: bool,
    advice: Option<Shown>,
    contacts: Vec<String>,
}

/// The questions, and the advice when they are answered.
pub(super) async fn page(visit: Visit, Query(asked): Query<Asked>) -> Result<Response, AppError> {
    let contacts = contact::of_visit(&visit).await?;
    let ui = visit.ui("/welk-middel");
    let fields = asked.fields(&ui.t);
    let advice = asked.answers().map(|answers| shown(&ui.t, answers));
    ui::page(&AdvicePage { wrong: any_error(&fields), fields, advice, contacts, ui })
}
