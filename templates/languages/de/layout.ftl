# Der Rahmen jeder Seite.
#
# Unsere Wörter, überall dieselben:
#   token          Token; die Gemeinschaft gibt ihm einen eigenen Namen und ein Zeichen
#   wallet         Geldbeutel (nicht Wallet, nicht Konto: Konten sind die der Gemeinschaft)
#   balance        Guthaben
#   pay, send      zahlen, senden; give back: zurückgeben
#   issue          ausgeben (neue Token); issuance: Ausgabe
#   distribute     verteilen; distribution: Verteilung
#   pool           Gemeinschaftstopf
#   circulation    bei den Mitgliedern
#   freeze         sperren
#   operator       Verwalter; auditor: Prüfer; member: Mitglied
#   checkpoint     Siegel (der unterschriebene Stand des ganzen Buchs)
#   ledger         Buch; chain: Kette
#   passkey        Passkey; recovery code: Notfallcode
#   community      Gemeinschaft
# Wir sagen Du, klein geschrieben.

layout-skip = Zum Inhalt springen
layout-main = Hauptmenü
layout-wallet = Guthaben
layout-send = Senden
layout-history = Verlauf
layout-statistics = Statistik
layout-profile = Profil
layout-operate = Verwalten
layout-overview = Überblick
layout-members = Mitglieder
layout-distribute = Verteilen
layout-transactions = Buchungen
layout-accounts = Konten
layout-invitations = Einladungen
layout-audit = Protokoll
layout-webhooks = Webhooks
layout-consents = Zustimmung
layout-alerts = Meldungen
layout-program = Programm
layout-why = Warum?
layout-read-by = Verwalter und Prüfer lesen es im Protokoll, und dort bleibt es.
layout-do-it = Ausführen
layout-leave-it = So lassen
layout-news = Was es Neues gibt
layout-unread = { $count } ungelesen
layout-no-connection = Keine Verbindung
layout-last-seen = Du hattest
layout-last-seen-meaning = So viel war damals in deinem Geldbeutel. Was seitdem gekommen und gegangen ist, siehst du, sobald du wieder verbunden bist.
layout-unreachable = Die Gemeinschaft ist von hier aus gerade nicht zu erreichen. Nichts von dir ist verloren.
layout-try-again = Noch einmal versuchen
layout-again = Melde dich noch einmal an
layout-again-why = Du hast dich vor einer Weile angemeldet. Zeige noch einmal, dass du es bist, bevor du hier etwas änderst.
layout-again-do = Noch einmal anmelden
layout-signed-in-as = Angemeldet als { $name }
layout-sign-out = Abmelden
layout-language = Sprache
layout-docs = Für Programme: die API
layout-to-start = Zur Startseite
layout-request-id = Wenn das so bleibt, nenne einem Verwalter diese Nummer:
layout-written = Was du geschrieben hast, zum Kopieren
layout-form-kept = Dieses Formular war abgelaufen, deshalb ist nichts geschehen. Was du ausgefüllt hattest, steht noch hier: Sieh es noch einmal an und mach weiter.

role-member = Mitglied
role-operator = Verwalter
role-auditor = Prüfer

# Am Fuß einer gedruckten Seite.
layout-page-of = { $community } · Seite { $page } von { $count }
