# Hereinkommen und Hinausgehen.

sign-in-welcome = Willkommen
sign-in-welcome-to = Willkommen bei { $community }
sign-in-welcome-lead = Hier zahlen Mitglieder einander in { $token } { $symbol }: Sieh, was du hast, sende den Nachbarn etwas, und verfolge, wie das eigene Geld der Gemeinschaft sich bewegt.
sign-in-title = Anmelden
sign-in-already = Du bist schon als { $name } angemeldet.
sign-in-go-on = Weiter als { $name }
sign-in-someone-else = Um jemand anderes zu sein, melde dich unten an.
sign-in-ways = Wege, dich anzumelden
sign-in-provider = Melde dich mit dem Konto an, das du schon hast. Beim ersten Mal bekommst du einen leeren Geldbeutel.
sign-in-with = Mit { $provider } anmelden
sign-in-elsewhere = Mitglieder dieser Gemeinschaft melden sich bei { $issuer } an.
sign-in-elsewhere-docs = Dessen Token öffnen die API: siehe die Dokumentation.
sign-in-developer = Diese Gemeinschaft läuft auf diesem Computer und bürgt selbst für ihre Mitglieder; du darfst also jeder sein. Sobald Passkeys in Gebrauch sind oder ein Anbieter eingerichtet ist, melden sich Mitglieder damit an.
sign-in-existing = Jemand sein, der hier ist
sign-in-name = Name
sign-in-find-name = Namen suchen
sign-in-find = Suchen
sign-in-nobody = Noch ist niemand hier. Sei die erste Person.
sign-in-nobody-found = Niemand hat „{ $q }“ im Namen.
sign-in-more = Es gibt noch mehr: Suche sie nach dem Namen.
sign-in-new = Neu dazukommen
sign-in-your-name = Dein Name hier
sign-in-name-rule = 3 bis 255 Buchstaben (a bis z), Ziffern, _ oder -. Du bekommst damit einen leeren Geldbeutel.
sign-in-join = Beitreten
sign-in-passkey-failed = Dieser Passkey hat dich nicht hereingelassen: Vielleicht wurde er entfernt, oder es hat länger als fünf Minuten gedauert. Versuche es noch einmal, nimm einen anderen, oder komm mit einem Notfallcode herein.
sign-in-once-more = Melde dich noch einmal an: Deine Anmeldung ist eine Weile her, und was du vorhast, verlangt es.

sign-in-signed-out = Abgemeldet
sign-in-signed-out-here = Hier bist du abgemeldet
sign-in-leaving = Jetzt wird { $provider } gebeten, dich auch dort abzumelden, damit die nächste Person an diesem Gerät nicht als du zurückkommen kann.
sign-in-leaving-go = Weiter zu { $provider }
sign-in-leaving-stay = Bei { $provider } angemeldet bleiben

sign-in-sessions = Wo du angemeldet bist
sign-in-sessions-lead = Melde dich überall ab, wo du dich nicht wiedererkennst oder das Gerät nicht mehr hast.
sign-in-this-one = dieser hier
sign-in-by-provider = Angemeldet beim Anbieter am { $when }.
sign-in-by-passkey = Angemeldet mit einem Passkey am { $when }.
sign-in-by-link = Angemeldet mit einem Einmal-Link am { $when }.
sign-in-by-code = Angemeldet mit einem Notfallcode am { $when }.
sign-in-by-developer = Angemeldet mit der Entwickler-Anmeldung am { $when }.
sign-in-last-used = Zuletzt benutzt am { $when } oder ein paar Minuten später.
sign-in-device = { $browser } auf { $system ->
    [iPhone] einem iPhone
    [iPad] einem iPad
    [Mac] einem Mac
   *[other] { $system }
}
sign-in-device-unknown = Ein unbekannter Browser
sign-in-out = Abmelden
sign-in-out-here = Hier abmelden
sign-in-out-of = Abmelden: { $device }
sign-in-out-elsewhere = Überall sonst abmelden
sign-in-out-everywhere = Überall abmelden
sign-in-to-profile = Zurück zum Profil
