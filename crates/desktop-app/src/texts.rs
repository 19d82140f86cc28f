//! Every text of the Desktop App, Dutch and English side by side, so that neither can be missing. `{0}`, `{1}` … are
//! filled in; `{p}` is the product's name.

use domain::request::Purpose;
use protocol::ProblemCode;
use smartcard::{CardError, Cure};

/// The product's name.
pub const PRODUCT: &str = "ZORG-ID";

/// A language of the app.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Deserialize)]
pub enum Language {
    /// Nederlands.
    #[default]
    #[serde(rename = "nl")]
    Dutch,
    /// English.
    #[serde(rename = "en")]
    English,
}

impl Language {
    /// `nl` or `en`, as in `Accept-Language`.
    pub fn tag(self) -> &'static str {
        match self {
            Self::Dutch => "nl",
            Self::English => "en",
        }
    }
    /// From a locale name (`en_GB.UTF-8`): English for English, Dutch for everything else.
    pub fn of_locale(locale: &str) -> Self {
        if locale.to_ascii_lowercase().starts_with("en") { Self::English } else { Self::Dutch }
    }
}

macro_rules! texts {
    ($( $key:ident: $nl:literal, $en:literal; )+) => {
        /// A text.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[allow(missing_docs)]
        pub enum Text { $( $key, )+ }

        impl Text {
            /// All of them.
            pub const ALL: &'static [Text] = &[ $( Text::$key, )+ ];
            fn template(self, language: Language) -> &'static str {
                match (self, language) {
                    $( (Self::$key, Language::Dutch) => $nl, (Self::$key, Language::English) => $en, )+
                }
            }
        }
    };
}

impl Text {
    /// The text without values.
    pub fn in_language(self, language: Language) -> String {
        self.template(language).replace("{p}", PRODUCT)
    }
    /// The text with values in the places `{0}`, `{1}` …
    pub fn fill(self, language: Language, values: &[&str]) -> String {
        let template = self.in_language(language);
        values.iter().enumerate().fold(template, |text, (i, value)| text.replace(&format!("{{{i}}}"), value))
    }
}

texts! {
    WindowTitle: "{p} Desktop App", "{p} Desktop App";
    TestBar: "Testomgeving (acceptatie): geen echte gegevens", "Test environment (acceptatie): no real data";
    SmallPrint: "Code {0}, referentie {1}", "Code {0}, reference {1}";

    Launching: "Even geduld", "One moment";
    LaunchingWhy: "De aanvraag van uw browser wordt opgehaald.", "Fetching the request of your browser.";
    Looking: "Plaats uw UZI-pas", "Insert your UZI-pas";
    LookingWhy: "Steek de pas in de lezer. U kunt daarna uw pincode invullen.",
        "Put the card in the reader. After that you can enter your PIN.";
    Choosing: "Kies uw pas", "Choose your card";
    ChoosingWhy: "Er is meer dan één pas gevonden.", "More than one card was found.";
    PinHeading: "Vul uw pincode in", "Enter your PIN";
    PinWhy: "Controleer eerst of de controlecode gelijk is aan die op de pagina.",
        "First check that the control code equals the one on the page.";
    PinLabel: "Pincode van de pas", "PIN of the card";
    PinKeypad: "Toets uw pincode in op de lezer.", "Enter your PIN on the reader.";
    PinChecking: "De pincode wordt gecontroleerd.", "Checking the PIN.";
    QuestionHeading: "Wilt u toegang geven?", "Do you want to give access?";
    QuestionWhy: "Kies alleen Ja als u dit zelf op deze computer hebt gestart.",
        "Only choose Yes if you started this yourself on this computer.";
    Sending: "Even geduld", "One moment";
    SendingWhy: "Uw antwoord wordt ondertekend en verstuurd. Laat de pas in de lezer.",
        "Your answer is being signed and sent. Leave the card in the reader.";
    WaitingHeading: "Ga verder in uw browser", "Continue in your browser";
    WaitingWhy: "Laat de pas in de lezer en dit venster open. Straks vragen wij u nog één keer om Ja.",
        "Leave the card in the reader and this window open. We will ask for Yes once more.";
    DoneHeading: "Gelukt", "Done";
    DoneWhy: "Ga verder in uw browser. Dit venster sluit vanzelf.",
        "Continue in your browser. This window closes by itself.";
    DeclinedHeading: "U hebt Nee gekozen", "You chose No";
    DeclinedWhy: "Er is geen toegang gegeven. Dit venster sluit vanzelf.",
        "No access was given. This window closes by itself.";
    EndedHeading: "Klaar", "Finished";
    EndedWhy: "U kunt de pas uit de lezer halen. Dit venster sluit vanzelf.",
        "You can take the card out of the reader. This window closes by itself.";
    CancelledHeading: "Gestopt", "Stopped";
    CancelledWhy: "Er is geen toegang gegeven.", "No access was given.";

    Who: "Wie vraagt het", "Who asks";
    Organisation: "Organisatie", "Organisation";
    OrganisationUra: "{0} (URA {1})", "{0} (URA {1})";
    Purpose: "Waarvoor", "What for";
    Browser: "Browser", "Browser";
    Holder: "Pas van", "Card of";
    ControlCode: "Controlecode", "Control code";
    Sentence: "U ondertekent", "You sign";
    ForLogin: "Inloggen met uw UZI-pas", "Log in with your UZI-pas";
    ForSession: "Een sessie openen", "Open a session";
    ForSign: "Ondertekenen met uw UZI-pas", "Sign with your UZI-pas";
    ForEnrol: "Uw UZI-pas lezen om u te registreren", "Read your UZI-pas to register you";
    ForLink: "Uw UZI-pas koppelen", "Link your UZI-pas";

    Yes: "Ja, toegang geven", "Yes, give access";
    No: "Nee", "No";
    Next: "Volgende", "Next";
    Cancel: "Annuleren", "Cancel";
    Close: "Sluiten", "Close";
    KeepOpen: "Open houden", "Keep open";
    About: "Over", "About";
    AboutText: "{p} Desktop App {0}. Het venster is gemaakt met Slint.",
        "{p} Desktop App {0}. The window is made with Slint.";
    ReturnCode: "Opent de pagina niet vanzelf? Typ deze code in de pagina:",
        "Does the page not continue by itself? Type this code in the page:";
    NotDefaultBrowser: "De browser kon niet worden geopend.", "The browser could not be opened.";

    TriesLeft: "De pincode klopt niet. Nog {0} keer proberen, daarna blokkeert de pas.",
        "The PIN is not right. {0} more tries, then the card is blocked.";
    LastTry: "De pincode klopt niet. U kunt het nog één keer proberen, daarna blokkeert de pas.",
        "The PIN is not right. You can try once more, then the card is blocked.";
    TriesUnknown: "De pincode klopt niet. Let op: na enkele verkeerde pincodes blokkeert de pas.",
        "The PIN is not right. Note: after a few wrong PINs the card is blocked.";
    PinForm: "Dit kan niet de pincode van deze pas zijn. Er is geen poging gebruikt.",
        "This cannot be the PIN of this card. No try was used.";

    CureInstallModule: "De software van de pas (bijvoorbeeld SafeSign) is niet gevonden. Vraag uw ICT-beheer om deze te installeren.",
        "The software of the card (for example SafeSign) was not found. Ask your IT support to install it.";
    CureConnectReader: "Sluit de kaartlezer aan.", "Connect the smartcard reader.";
    CureInsertCard: "Steek uw UZI-pas in de lezer.", "Put your UZI-pas in the reader.";
    CureInsertOtherCard: "Met deze pas kunt u niet inloggen. Steek uw eigen UZI-pas in de lezer.",
        "You cannot log in with this card. Put your own UZI-pas in the reader.";
    CureReinsertCard: "Haal de pas uit de lezer, steek hem er weer in en begin opnieuw op de pagina (Verversen).",
        "Take the card out of the reader, put it back and start again from the page (Refresh).";
    CurePutBack: "Steek de pas er weer in. U vult daarna uw pincode opnieuw in.", "Put the card back in. You then enter your PIN again.";
    CureTypePinAgain: "Vul de pincode van de pas opnieuw in.", "Enter the PIN of the card again.";
    CureUnblockWithPuk: "De pincode van de pas is geblokkeerd. Deblokkeer de pas met de pukcode uit de brief van het UZI-register. Hebt u die niet, vraag dan een nieuwe pas aan.",
        "The PIN of the card is blocked. Unblock it with the PUK from the letter of the UZI-register. If you do not have it, apply for a new card.";
    CureStartAgain: "Begin opnieuw op de pagina (Verversen).", "Start again from the page (Refresh).";
    CureCorrectSettings: "De instellingen van deze computer kloppen niet. Vraag uw ICT-beheer om hulp.",
        "The settings of this computer are not right. Ask your IT support for help.";

    CardMissingTitle: "Er zit geen pas in de lezer", "There is no card in the reader";
    ReaderMissingTitle: "Er is geen kaartlezer gevonden", "No smartcard reader was found";
    ModuleMissingTitle: "De software van de pas ontbreekt", "The software of the card is missing";
    CardRemovedTitle: "De pas is uit de lezer gehaald", "The card was taken out of the reader";
    CardPinWrongTitle: "De pincode klopt niet", "The PIN is not right";
    CardPinBlockedTitle: "De pincode van de pas is geblokkeerd", "The PIN of the card is blocked";
    CardFailedTitle: "De pas werkte niet", "The card did not work";
    CardUnreadableTitle: "Deze pas kan niet worden gebruikt", "This card cannot be used";
    UnreachableTitle: "Geen verbinding", "No connection";
    UnreachableNext: "De server is niet bereikbaar. Controleer de verbinding met internet en begin opnieuw op de pagina.",
        "The server cannot be reached. Check the internet connection and start again from the page.";
    ServerUnknownTitle: "Deze server is niet bekend", "This server is not known";
    ServerUnknownNext: "De Desktop App kent de server niet. Vraag uw ICT-beheer om de instellingen te controleren.",
        "The Desktop App does not know the server. Ask your IT support to check the settings.";
    RequestSignatureTitle: "Deze aanvraag is niet te vertrouwen", "This request cannot be trusted";
    RequestSignatureNext: "De aanvraag komt niet van de server die u kent. Geef geen toegang en meld dit aan uw ICT-beheer.",
        "The request is not from the server you know. Give no access and report this to your IT support.";
    OtherEnvironmentTitle: "Aanvraag van een andere omgeving", "Request of another environment";
    OtherEnvironmentNext: "Deze aanvraag hoort niet bij deze server. Begin opnieuw op de pagina.",
        "This request does not belong to this server. Start again from the page.";
    NotOurLinkTitle: "Dit is geen link van {p}", "This is not a {p} link";
    NotOurLinkNext: "Open de Desktop App met de knop op de pagina.", "Open the Desktop App with the button on the page.";
    RequestExpiredTitle: "De tijd is om", "The time is over";
    RequestExpiredNext: "Kies Verversen op de pagina om opnieuw te beginnen.", "Choose Refresh on the page to start again.";
    SeveralCardsTitle: "Er is meer dan één pas", "There is more than one card";
    SeveralCardsNext: "Kies de pas met --card en de naam van de pas.", "Choose the card with --card and its label.";
    OtherTitle: "Het is niet gelukt", "It did not work";
    OtherNext: "Begin opnieuw op de pagina. Blijft het misgaan, geef dan de code en referentie door aan uw ICT-beheer.",
        "Start again from the page. If it keeps going wrong, give the code and reference to your IT support.";
}

/// Title and advice for the codes that this app itself finds.
pub fn problem_text(code: ProblemCode) -> (Text, Text) {
    match code {
        ProblemCode::CardMissing => (Text::CardMissingTitle, Text::CureInsertCard),
        ProblemCode::ReaderMissing => (Text::ReaderMissingTitle, Text::CureConnectReader),
        ProblemCode::ModuleMissing => (Text::ModuleMissingTitle, Text::CureInstallModule),
        ProblemCode::CardRemoved => (Text::CardRemovedTitle, Text::CureReinsertCard),
        ProblemCode::CardPinWrong => (Text::CardPinWrongTitle, Text::CureTypePinAgain),
        ProblemCode::CardPinBlocked => (Text::CardPinBlockedTitle, Text::CureUnblockWithPuk),
        ProblemCode::CardFailed => (Text::CardFailedTitle, Text::CureReinsertCard),
        ProblemCode::CardUnreadable => (Text::CardUnreadableTitle, Text::CureInsertOtherCard),
        ProblemCode::Unreachable => (Text::UnreachableTitle, Text::UnreachableNext),
        ProblemCode::ServerUnknown => (Text::ServerUnknownTitle, Text::ServerUnknownNext),
        ProblemCode::RequestSignature => (Text::RequestSignatureTitle, Text::RequestSignatureNext),
        ProblemCode::OtherEnvironment => (Text::OtherEnvironmentTitle, Text::OtherEnvironmentNext),
        ProblemCode::NotOurLink => (Text::NotOurLinkTitle, Text::NotOurLinkNext),
        ProblemCode::RequestExpired => (Text::RequestExpiredTitle, Text::RequestExpiredNext),
        // The headless mode only: the window lets the person choose.
        ProblemCode::BadInput => (Text::SeveralCardsTitle, Text::SeveralCardsNext),
        _ => (Text::OtherTitle, Text::OtherNext),
    }
}

/// What helps against a card's problem.
pub fn card_advice(error: &CardError, language: Language) -> String {
    let text = match error {
        CardError::PinWrong { tries_left: Some(1) } => Text::LastTry,
        CardError::PinWrong { tries_left: Some(left) } => {
            return Text::TriesLeft.fill(language, &[&left.to_string()]);
        }
        CardError::PinWrong { tries_left: None } => Text::TriesUnknown,
        CardError::PinForm => Text::PinForm,
        other => match other.cure() {
            Cure::InstallModule => Text::CureInstallModule,
            Cure::ConnectReader => Text::CureConnectReader,
            Cure::InsertCard => Text::CureInsertCard,
            Cure::InsertOtherCard => Text::CureInsertOtherCard,
            Cure::ReinsertCard => Text::CureReinsertCard,
            Cure::TypePinAgain => Text::CureTypePinAgain,
            Cure::UnblockWithPuk => Text::CureUnblockWithPuk,
            Cure::StartAgain => Text::CureStartAgain,
            Cure::CorrectSettings => Text::CureCorrectSettings,
        },
    };
    text.in_language(language)
}

/// What a request is for.
pub fn purpose_text(purpose: Purpose) -> Text {
    match purpose {
        Purpose::Login => Text::ForLogin,
        Purpose::Session => Text::ForSession,
        Purpose::Sign => Text::ForSign,
        Purpose::Enrol => Text::ForEnrol,
        Purpose::Link => Text::ForLink,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_languages_have_the_same_places_to_fill() {
        for text in Text::ALL {
            let places = |language| {
                let mut found: Vec<String> =
                    text.in_language(language).split('{').skip(1).map(|p| p[..1].to_owned()).collect();
                found.sort();
                found
            };
            assert_eq!(places(Language::Dutch), places(Language::English), "{text:?}");
        }
    }

    #[test]
    fn the_locale_chooses_the_language() {
        assert_eq!(Language::of_locale("en_GB.UTF-8"), Language::English);
        assert_eq!(Language::of_locale("nl_NL.UTF-8"), Language::Dutch);
        assert_eq!(Language::of_locale("C"), Language::Dutch);
    }
}
