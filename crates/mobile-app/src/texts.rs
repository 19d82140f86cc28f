//! Every text of the app, Dutch and English side by side, so that neither can be missing. `{product}` is the product's
//! name; `{0}`, `{1}` … are filled in by [`fill`].

/// The product's name.
pub const PRODUCT: &str = "ZORG-ID";

/// A language of the app.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// Nederlands, the default.
    Dutch,
    /// English.
    English,
}

#[cfg(target_arch = "wasm32")]
impl Language {
    /// `nl` or `en`.
    pub fn tag(self) -> &'static str {
        match self {
            Self::Dutch => "nl",
            Self::English => "en",
        }
    }
    /// Reads [`Language::tag`].
    pub fn parse(tag: &str) -> Option<Self> {
        [Self::Dutch, Self::English].into_iter().find(|language| language.tag() == tag)
    }
    /// The other one.
    pub fn other(self) -> Self {
        match self {
            Self::Dutch => Self::English,
            Self::English => Self::Dutch,
        }
    }
}

/// Puts values in the places `{0}`, `{1}` …
pub fn fill(template: &str, values: &[&str]) -> String {
    values
        .iter()
        .enumerate()
        .fold(template.to_owned(), |text, (place, value)| text.replace(&format!("{{{place}}}"), value))
}

macro_rules! texts {
    ($( $key:ident: $nl:literal, $en:literal; )+) => {
        /// A text.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        // A screen has its `…Title`, `…Text` and `…Button`.
        #[allow(missing_docs, clippy::enum_variant_names)]
        pub enum Text { $( $key, )+ }

        impl Text {
            /// All of them, for the tests.
            #[cfg(test)]
            pub const ALL: &'static [Text] = &[ $( Text::$key, )+ ];
            /// As written in the table.
            pub fn template(self, language: Language) -> &'static str {
                match (self, language) {
                    $( (Self::$key, Language::Dutch) => $nl, (Self::$key, Language::English) => $en, )+
                }
            }
            /// With the product's name filled in.
            pub fn say(self, language: Language) -> String {
                self.template(language).replace("{product}", PRODUCT)
            }
        }
    };
}

texts! {
    // Everywhere
    EnvironmentBar: "Testomgeving (acceptatie): geen echte gegevens", "Test environment (acceptatie): no real data";
    Acceptatie: "acceptatie (test)", "acceptatie (test)";
    Productie: "productie", "productie";
    Next: "Volgende", "Next";
    Cancel: "Annuleren", "Cancel";
    Close: "Sluiten", "Close";
    TryAgain: "Opnieuw proberen", "Try again";
    Menu: "Menu", "Menu";
    Wait: "Even geduld. Dit duurt hooguit 20 seconden…", "One moment. This takes 20 seconds at most…";
    SwitchLanguage: "English", "Nederlands";
    SmallPrint: "Code: {0}", "Code: {0}";
    SmallPrintReference: "Code: {0} · referentie: {1}", "Code: {0} · reference: {1}";
    MinutesLeft: "Nog {0} om te antwoorden", "{0} left to answer";
    TimeIsOver: "De tijd om te antwoorden is voorbij. Vraag op de computer een nieuwe QR-code.",
        "The time to answer is over. Ask for a new QR code on the computer.";

    // Starting
    Loading: "De app wordt geladen…", "Loading the app…";
    OfflineTitle: "Geen internet", "No internet";
    OfflineWhy: "De app kan de server niet bereiken. Zonder internet kunt u niet inloggen: de server controleert uw pincode.",
        "The app cannot reach the server. Without internet you cannot log in: the server checks your PIN.";
    OfflineNext: "Controleer wifi of mobiele data. De app gaat vanzelf verder als er weer internet is.",
        "Check your wifi or mobile data. The app continues by itself when the internet is back.";
    ElsewhereTitle: "De app is in een ander venster geopend", "The app was opened in another window";
    ElsewhereText: "De app werkt in één venster tegelijk. Sluit dit venster, of ga hier verder.",
        "The app works in one window at a time. Close this window, or continue here.";
    ContinueHere: "Hier verder gaan", "Continue here";
    IosTitle: "Open de app op uw beginscherm", "Open the app on your home screen";
    IosText: "U opende een link in Safari. Safari kan niet bij de gegevens van de app op uw beginscherm. De QR-code is nog niet gebruikt.",
        "You opened a link in Safari. Safari cannot reach the data of the app on your home screen. The QR code has not been used yet.";
    IosNext: "Open de app en kies Scan en daarna Scan QR. Hebt u de app nog niet? Kies in Safari Deel en daarna Zet op beginscherm.",
        "Open the app and choose Scan, then Scan QR. No app yet? In Safari choose Share, then Add to Home Screen.";

    // First run
    WelcomeTitle: "Welkom bij {product}", "Welcome to {product}";
    WelcomeWhat: "Met deze app laat u op uw telefoon zien wie u bent. U scant een QR-code op de computer en kiest zelf of u accepteert.",
        "With this app your phone shows who you are. You scan a QR code on the computer and decide yourself whether to accept.";
    WelcomePin: "Eerst kiest u een pincode van 6 cijfers. Daarna activeert u uw ID met de QR-code van uw registratie.",
        "First you choose a PIN of 6 digits. Then you activate your ID with the QR code of your registration.";
    WelcomeInstall: "Tip: zet de app eerst op uw beginscherm. Kies in Safari Deel en daarna Zet op beginscherm.",
        "Tip: put the app on your home screen first. In Safari choose Share, then Add to Home Screen.";
    ChooseTitle: "Kies een pincode", "Choose a PIN";
    ChooseText: "6 cijfers, niet allemaal gelijk en niet op een rij zoals 123456. Kies een andere pincode dan die van uw pas of telefoon.",
        "6 digits, not all the same and not a run such as 123456. Choose another PIN than that of your card or phone.";
    RepeatTitle: "Herhaal de pincode", "Repeat the PIN";
    RepeatText: "Typ dezelfde 6 cijfers nog een keer.", "Type the same 6 digits again.";
    RepeatDiffers: "De twee pincodes zijn niet gelijk. Kies opnieuw een pincode.", "The two PINs are not equal. Choose a PIN again.";
    PinSixDigits: "Een pincode heeft precies 6 cijfers.", "A PIN has exactly 6 digits.";
    PinAllSame: "Deze pincode is makkelijk te raden: alle cijfers zijn gelijk. Gebruik minstens 2 verschillende cijfers.",
        "This PIN is easy to guess: all digits are the same. Use at least 2 different digits.";
    PinRun: "Deze pincode is makkelijk te raden: de cijfers staan op een rij. Kies een andere volgorde.",
        "This PIN is easy to guess: the digits form a run. Choose another order.";

    // Keypad
    Keypad: "Toetsen voor de pincode", "Keys for the PIN";
    EraseShort: "Wis", "Erase";
    Erase: "Wis laatste cijfer", "Erase last digit";
    DigitsTyped: "{0} van 6 cijfers getypt", "{0} of 6 digits typed";

    // Unlocking
    UnlockTitle: "Pincode van de app", "PIN of the app";
    UnlockText: "Typ uw pincode om verder te gaan.", "Type your PIN to continue.";
    UnlockForLink: "Typ uw pincode. Daarna ziet u wat er gevraagd wordt.", "Type your PIN. Then you see what is asked.";
    PinWrong: "De pincode is niet juist. U kunt nog {0} keer proberen.", "The PIN is not right. You can try {0} more times.";
    PinWrongOnce: "De pincode is niet juist. U kunt nog 1 keer proberen, daarna moet u wachten.",
        "The PIN is not right. You can try once more, then you must wait.";
    PinWaitTitle: "Even wachten", "Please wait";
    PinWait: "De pincode was 4 keer niet juist. Om misbruik te voorkomen wacht u nu. Daarna kunt u weer 4 keer proberen.",
        "The PIN was wrong 4 times. To prevent misuse you wait now. Then you can try 4 more times.";
    PinWaitLeft: "Nog {0}", "{0} left";
    PinBlockedTitle: "De pincode is geblokkeerd", "The PIN is blocked";
    PinBlocked: "De pincode was 16 keer niet juist. Deze app kan uw ID niet meer gebruiken.",
        "The PIN was wrong 16 times. This app can no longer use your ID.";
    PinBlockedNext: "Maak de app leeg en activeer een nieuwe ID: scan een nieuwe QR-code. Die krijgt u van uw beheerder, of met uw eigen UZI-pas bij Registreren.",
        "Empty the app and activate a new ID: scan a new QR code. You get it from your manager, or with your own UZI-pas under Register.";
    PinRevokedTitle: "Uw ID is ingetrokken", "Your ID was revoked";
    PinRevoked: "Iemand heeft deze ID ingetrokken, bijvoorbeeld omdat de telefoon kwijt was. Dat is niet terug te draaien.",
        "Somebody revoked this ID, for example because the phone was lost. That cannot be undone.";
    PinRevokedNext: "Vraag uw beheerder om een nieuwe QR-code, of registreer u opnieuw met uw UZI-pas.",
        "Ask your manager for a new QR code, or register again with your UZI-pas.";
    ForgotPin: "Pincode vergeten?", "Forgot your PIN?";
    ForgetTitle: "App leegmaken", "Empty the app";
    ForgetText: "Niemand kan uw pincode opzoeken. U kunt de app leegmaken en een nieuwe pincode kiezen. Alle ID's in deze app verdwijnen dan. Dit kunt u niet terugdraaien.",
        "Nobody can look up your PIN. You can empty the app and choose a new PIN. All IDs in this app then disappear. This cannot be undone.";
    ForgetNext: "Daarna hebt u een nieuwe QR-code nodig: van uw beheerder, of met uw eigen UZI-pas bij Registreren.",
        "After that you need a new QR code: from your manager, or with your own UZI-pas under Register.";
    ForgetButton: "App leegmaken", "Empty the app";

    // Home
    HomeNoId: "U hebt nog geen ID. Kies Scan en scan de QR-code van uw registratie.",
        "You have no ID yet. Choose Scan and scan the QR code of your registration.";
    Scan: "Scan", "Scan";
    ScanHint: "Inloggen, bevestigen of een ID activeren", "Log in, confirm or activate an ID";
    Identities: "ID en Sessies", "IDs and sessions";
    IdentitiesHint: "Uw ID's op deze telefoon", "Your IDs on this phone";
    Lock: "Vergrendelen", "Lock";
    LockHint: "Sluit de app af met uw pincode", "Close the app behind your PIN";
    About: "Over", "About";
    AboutHint: "Versie, server en taal", "Version, server and language";

    // Scan
    ScanQr: "Scan QR", "Scan QR";
    ScanText: "Richt de camera op de QR-code op het scherm van de computer.", "Point the camera at the QR code on the computer's screen.";
    CameraView: "Beeld van de camera", "Picture of the camera";
    CameraStarting: "De camera start. Geef toestemming als de telefoon daarom vraagt.", "The camera is starting. Give permission when the phone asks.";
    CameraLooking: "Zoekt een QR-code. Houd de code binnen het kader.", "Looking for a QR code. Keep the code inside the frame.";
    StopCamera: "Camera stoppen", "Stop the camera";
    CameraRefusedTitle: "De camera mag niet gebruikt worden", "The camera may not be used";
    CameraRefusedWhy: "U of uw telefoon gaf geen toestemming.", "You or your phone did not give permission.";
    CameraRefusedNext: "Tik op het slotje of het icoon naast het adres, of open de instellingen van uw telefoon: Apps, uw browser, Machtigingen, Camera, Toestaan. Kies daarna opnieuw Scan QR. U kunt ook een link plakken of een korte code typen.",
        "Tap the padlock or icon beside the address, or open your phone's settings: Apps, your browser, Permissions, Camera, Allow. Then choose Scan QR again. You can also paste a link or type a short code.";
    CameraMissingTitle: "Geen camera gevonden", "No camera found";
    CameraMissingNext: "Plak de link die naast de QR-code staat, typ de korte code, of kies een afbeelding van de QR-code.",
        "Paste the link beside the QR code, type the short code, or choose a picture of the QR code.";
    CameraBusyTitle: "De camera werkt nu niet", "The camera does not work now";
    CameraBusyNext: "Sluit andere apps die de camera gebruiken en kies opnieuw Scan QR. Of plak de link, of typ de korte code.",
        "Close other apps that use the camera and choose Scan QR again. Or paste the link, or type the short code.";
    OtherQr: "Dit is een QR-code, maar niet van {product}. Zoek de QR-code op de inlogpagina of van uw registratie.",
        "This is a QR code, but not from {product}. Look for the QR code on the login page or of your registration.";
    TypeTitle: "Zonder camera", "Without a camera";
    TypeLabel: "Link of korte code", "Link or short code";
    TypeHint: "Beide staan op de computer, bij de QR-code.", "Both are on the computer, near the QR code.";
    TypeEmpty: "Plak eerst de link, of typ de korte code.", "First paste the link, or type the short code.";
    PictureLabel: "QR-code uit een afbeelding", "QR code from a picture";
    PictureNothing: "In deze afbeelding is geen QR-code gevonden. Kies een scherpe afbeelding waar de hele code op staat.",
        "No QR code was found in this picture. Choose a sharp picture that shows the whole code.";

    // Request
    AskLogin: "Wilt u inloggen?", "Do you want to log in?";
    AskSession: "Wilt u een sessie openen?", "Do you want to open a session?";
    AskSign: "Wilt u dit bevestigen?", "Do you want to confirm this?";
    AskLink: "Wilt u dit koppelen?", "Do you want to link this?";
    PurposeLogin: "Inloggen", "Log in";
    PurposeSession: "Sessie voor een zorgapplicatie", "Session for a care application";
    PurposeSign: "Bevestigen", "Confirm";
    PurposeEnrol: "ID activeren", "Activate an ID";
    PurposeLink: "Koppelen", "Link";
    WhoAsks: "Wie vraagt dit", "Who asks";
    WhatFor: "Waarvoor", "What for";
    Organisation: "Organisatie", "Organisation";
    Ura: "URA {0}", "URA {0}";
    Browser: "Browser", "Browser";
    AskedAgo: "Gevraagd", "Asked";
    JustNow: "zojuist", "just now";
    SecondsAgo: "{0} seconden geleden", "{0} seconds ago";
    MinutesAgo: "{0} minuten geleden", "{0} minutes ago";
    Environment: "Omgeving", "Environment";
    YouSign: "Dit bevestigt u", "This is what you confirm";
    WithIdentity: "Met welke ID", "With which ID";
    ShownBy: "Wie de QR-code laat zien", "Who shows the QR code";
    LinkText: "{0} wil u koppelen aan organisatie {1}.", "{0} wants to link you to organisation {1}.";
    LinkMeans: "Accepteert u, dan ziet de beheerder uw naam en geboortedatum en vergelijkt die met uw identiteitsbewijs. U houdt dezelfde ID.",
        "If you accept, the manager sees your name and date of birth and compares them with your identity document. You keep the same ID.";
    LinkNext: "Laat nu uw identiteitsbewijs zien aan de beheerder.", "Now show your identity document to the manager.";
    NotYou: "Hebt u dit niet zelf gevraagd op de computer voor u? Kies Weigeren.",
        "Did you not ask for this yourself on the computer in front of you? Choose Decline.";
    Accept: "Accepteren", "Accept";
    Decline: "Weigeren", "Decline";

    // Result
    PairingTitle: "Typ deze koppelcode op de computer", "Type this pairing code on the computer";
    PairingText: "U gebruikt deze browser voor het eerst. Typ de koppelcode in de pagina die u zelf opende. Geef de code aan niemand door, ook niet per telefoon of e-mail.",
        "You use this browser for the first time. Type the pairing code in the page that you opened yourself. Give the code to nobody, not by telephone or e-mail either.";
    PairingCode: "Koppelcode", "Pairing code";
    PairingLeft: "Nog {0} geldig", "Valid for {0}";
    PairingOver: "De koppelcode is niet meer geldig. Vraag op de computer een nieuwe QR-code.",
        "The pairing code is no longer valid. Ask for a new QR code on the computer.";
    AcceptedTitle: "Geaccepteerd", "Accepted";
    AcceptedText: "Kijk op de computer: de pagina gaat vanzelf verder.", "Look at the computer: the page continues by itself.";
    DeclinedTitle: "Geweigerd", "Declined";
    DeclinedText: "Er is niets gedeeld en niemand is ingelogd.", "Nothing was shared and nobody was logged in.";
    DeclinedNext: "Vroeg u dit niet zelf? Iemand probeerde misschien uw ID te gebruiken. Vertel het uw beheerder.",
        "Did you not ask for this? Somebody may have tried to use your ID. Tell your manager.";

    // Enrolment
    EnrolTitle: "ID activeren", "Activate an ID";
    EnrolText: "Controleer of dit uw gegevens zijn. Daarna maakt de app een sleutel die alleen op deze telefoon staat.",
        "Check that these are your details. Then the app makes a key that is only on this phone.";
    EnrolName: "Naam", "Name";
    EnrolServer: "Dienst van", "Service of";
    EnrolNotYou: "Is dit niet uw naam? Kies Annuleren en vertel het wie u de QR-code gaf. De QR-code is dan gebruikt; u krijgt een nieuwe.",
        "Is this not your name? Choose Cancel and tell whoever gave you the QR code. The QR code is then used up; you get a new one.";
    BirthDate: "Geboortedatum (dd-mm-jjjj)", "Date of birth (dd-mm-yyyy)";
    BirthDateHint: "Zoals u die bij uw registratie opgaf. Zo weten we dat u het zelf bent.", "As you gave it when you registered. So we know that it is you.";
    BirthDateInvalid: "Dit is geen datum. Typ dag, maand en jaar, bijvoorbeeld 31-01-1980.", "This is not a date. Type day, month and year, for example 31-01-1980.";
    BirthDateWrong: "De geboortedatum is anders dan bij uw registratie. U kunt nog {0} keer proberen.",
        "The date of birth differs from your registration. You can try {0} more times.";
    BirthDateWrongOnce: "De geboortedatum is anders dan bij uw registratie. U kunt nog 1 keer proberen; daarna hebt u een nieuwe QR-code nodig.",
        "The date of birth differs from your registration. You can try once more; then you need a new QR code.";
    DigitsTitle: "Lees deze 4 cijfers voor aan de beheerder", "Read these 4 digits to the manager";
    DigitsLabel: "Cijfers voor de beheerder", "Digits for the manager";
    DigitsText: "Uw ID werkt zodra de beheerder naast u de cijfers heeft ingevuld. Geef ze aan niemand anders door, ook niet per telefoon of e-mail.",
        "Your ID works as soon as the manager beside you has filled in the digits. Give them to nobody else, not by telephone or e-mail either.";
    DigitsNext: "Kies pas Volgende als de beheerder zegt dat het gelukt is.", "Choose Next only when the manager says that it worked.";
    DigitsFailed: "Lukt het niet? Vraag de beheerder om een nieuwe QR-code en scan die. De ID van zojuist gaat dan nooit werken; u kunt die verwijderen bij ID en Sessies.",
        "Does it not work? Ask the manager for a new QR code and scan it. The ID of just now will then never work; you can remove it under IDs and sessions.";
    DigitsOver: "De tijd is voorbij. Heeft de beheerder de cijfers niet ingevuld, vraag dan om een nieuwe QR-code.",
        "The time is over. If the manager did not fill in the digits, ask for a new QR code.";
    RevocationTitle: "Schrijf uw intrekkingscode op", "Write down your revocation code";
    RevocationDone: "Uw ID is actief.", "Your ID is active.";
    RevocationSoon: "Deze code hoort bij de ID die u net activeerde.", "This code belongs to the ID that you just activated.";
    RevocationText: "Is uw telefoon kwijt of gestolen? Met deze code maakt u uw ID meteen onbruikbaar. Bewaar de code op papier, niet op deze telefoon. U ziet de code maar één keer.",
        "Is your phone lost or stolen? With this code you make your ID unusable at once. Keep the code on paper, not on this phone. You see the code only once.";
    RevocationCode: "Intrekkingscode", "Revocation code";
    RevocationTick: "Ik heb de intrekkingscode opgeschreven", "I have written down the revocation code";
    RevocationFirst: "Schrijf de code op en vink aan dat u dat deed. De app laat de code niet nog eens zien.",
        "Write down the code and tick that you did. The app does not show the code again.";

    // Identities
    IdentitiesNone: "Er staat nog geen ID in deze app.", "There is no ID in this app yet.";
    ValidUntil: "Geldig tot", "Valid until";
    Activated: "Geactiveerd", "Activated";
    Status: "Status", "Status";
    StatusActive: "Actief", "Active";
    StatusExpired: "Verlopen", "Expired";
    OrganisationNone: "nog geen", "none yet";
    Remove: "Verwijderen", "Remove";
    RemoveFrom: "ID van {0} verwijderen", "Remove the ID of {0}";
    RemoveTitle: "ID verwijderen?", "Remove this ID?";
    RemoveText: "De ID van {0} en de sleutel verdwijnen van deze telefoon. U kunt er dan niet meer mee inloggen. Dit kunt u niet terugdraaien.",
        "The ID of {0} and its key disappear from this phone. You can then no longer log in with it. This cannot be undone.";

    // About
    AboutTitle: "Over {product}", "About {product}";
    Version: "Versie", "Version";
    Operator: "Beheerd door", "Run by";
    Website: "Portaal", "Portal";
    UseServer: "Overschakelen naar {0}", "Switch to {0}";
    Install: "App installeren", "Install the app";
    Licence: "Vrije software onder de EUPL-1.2. Lettertype Source Sans 3 (SIL Open Font License).",
        "Free software under the EUPL-1.2. Typeface Source Sans 3 (SIL Open Font License).";
    ProblemTitle: "Dat lukte niet", "That did not work";
}

#[cfg(test)]
mod tests;
