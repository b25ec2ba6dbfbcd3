# Passkeys und Notfallcodes.

passkeys-title = Passkeys
passkeys-lead = Mit einem Passkey meldet dein Handy oder Computer dich an: mit deinem Finger, deinem Gesicht oder seiner PIN. Ein Passwort gibt es nicht.
passkeys-few-codes = { $count ->
    [0] Du hast keinen Notfallcode mehr.
    [one] Du hast noch einen Notfallcode.
   *[other] Du hast noch { $count } Notfallcodes.
}
passkeys-few-codes-do = Erstelle unten neue, damit du hereinkommst, wenn du deine Geräte verlierst.
passkeys-yours = Deine
passkeys-none = Du hast keinen Passkey. Füge unten einen hinzu: Bis dahin kommst du nur mit einem Notfallcode, einem Einmal-Link oder über deinen Anbieter herein.
passkeys-made = Erstellt am { $made }, noch nicht benutzt
passkeys-made-and-used = Erstellt am { $made }, zuletzt benutzt am { $used }
passkeys-synced = auch auf deinen anderen Geräten
passkeys-remove = Entfernen
passkeys-remove-this = { $name } entfernen
passkeys-change = Etwas ändern
passkeys-change-stale = Deine Anmeldung ist eine Weile her. Melde dich noch einmal an, bevor du hier etwas hinzufügst oder entfernst.
passkeys-sign-in-again = Noch einmal anmelden
passkeys-add = Passkey hinzufügen
passkeys-add-elsewhere = Passkeys gehören zu einer anderen Adresse dieser Gemeinschaft.
passkeys-add-open-there = Öffne diese Seite dort, um einen hinzuzufügen.
passkeys-add-name = Wie soll er heißen?
passkeys-my-passkey = Mein Passkey
passkeys-my-phone = Mein Handy
passkeys-add-noscript = Einen Passkey zu erstellen, braucht JavaScript. Erlaube es für diese Seite, oder öffne sie in einem anderen Browser.
passkeys-codes = Notfallcodes
passkeys-codes-lead = Ein Notfallcode lässt dich einmal herein, wenn du deine Geräte verloren hast.
passkeys-codes-left = Du hast noch { $count }.
passkeys-codes-old = Wenn du neue erstellst, gelten die alten nicht mehr.
passkeys-codes-make = Neue Codes erstellen
passkeys-to-profile = Zurück zum Profil

passkeys-said-added = Der Passkey ist hinzugefügt. Ab jetzt kannst du dich damit anmelden.
passkeys-said-removed = Der Passkey ist entfernt, und alle anderen Browser sind abgemeldet.
passkeys-said-link = Du bist angemeldet. Füge jetzt auf diesem Gerät einen Passkey hinzu, damit du beim nächsten Mal keinen Link brauchst.
passkeys-said-code = Du bist angemeldet, und der Code ist verbraucht. Füge jetzt auf diesem Gerät einen Passkey hinzu, damit du beim nächsten Mal keinen Code brauchst.

passkeys-your-codes = Deine Notfallcodes
passkeys-codes-once = Diese Codes siehst du nur jetzt. Drucke diese Seite, speichere die Datei oder schreibe sie ab, und bewahre sie bei deinen wichtigen Papieren auf.
passkeys-codes-what-for = Wenn du Handy oder Computer verloren hast, lässt jeder Code dich einmal herein.
passkeys-codes-save = Als Datei speichern
passkeys-codes-kept = Ich habe sie aufbewahrt
passkeys-file-title = Notfallcodes für { $community }
passkeys-file-rule = Jeder gilt einmal.

passkeys-recovery = Mit einem Notfallcode anmelden
passkeys-recovery-code = Einer deiner Notfallcodes
passkeys-recovery-hint = Du hast sie mit deinem ersten Passkey bekommen. Groß oder klein, mit oder ohne Striche: alles eins.
passkeys-recovery-do = Anmelden
passkeys-recovery-none = Kein Code mehr? Bitte einen Verwalter von { $community } um einen Anmelde-Link.
passkeys-recovery-back = Zurück

passkeys-remove-only = Deinen einzigen Passkey entfernen
passkeys-remove-only-sure = Deinen einzigen Passkey entfernen?
passkeys-remove-only-meaning = { $name } ist der einzige Passkey, den du hast. Ohne ihn meldet dich kein Gerät mehr von selbst an.
passkeys-remove-only-codes = { $count ->
    [one] Du kommst dann mit deinem letzten Notfallcode herein, der einmal gilt. Hast du ihn zur Hand?
   *[other] Du kommst dann mit einem deiner { $count } Notfallcodes herein, von denen jeder einmal gilt. Hast du sie zur Hand?
}
passkeys-remove-only-provider = Du kommst weiter mit { $provider } herein.
passkeys-remove-only-provider-too = Auch mit { $provider } kommst du weiter herein.
passkeys-remove-only-others = Andere Browser, in denen du angemeldet bist, werden abgemeldet.
passkeys-remove-it = Entfernen
passkeys-keep-it = Behalten

passkeys-with-one = Mit einem Passkey
passkeys-elsewhere = Du hast diese Seite unter einem Namen geöffnet, zu dem kein Passkey gehört.
passkeys-elsewhere-sign-in = Öffne sie unter dem Namen der Gemeinschaft, um dich anzumelden.
passkeys-device-asks = Dein Gerät fragt nach deinem Finger, deinem Gesicht oder seiner PIN.
passkeys-sign-in = Mit Passkey anmelden
passkeys-sign-in-noscript = Ein Passkey braucht JavaScript. Erlaube es für diese Seite, oder melde dich mit einem Notfallcode oder einem Link von einem Verwalter an.
passkeys-lost = Gerät verloren?
passkeys-lost-recovery = Melde dich mit einem Notfallcode an.
passkeys-lost-operator = Oder bitte einen Verwalter um einen Anmelde-Link.

passkeys-script-unanswered = Die Gemeinschaft antwortet nicht. Versuche es noch einmal.
passkeys-script-stopped = Das hat nicht geklappt: Du hast abgebrochen, es hat zu lange gedauert, oder dieses Gerät hat keinen Passkey für diese Gemeinschaft. Versuche es noch einmal.
passkeys-script-known = Dieses Gerät hat schon einen Passkey für dich.
passkeys-script-unable = Dieses Gerät kann keinen Passkey aufbewahren. Richte eine Bildschirmsperre ein, oder nimm ein anderes Gerät.
passkeys-script-elsewhere = Unter dieser Adresse funktionieren Passkeys nicht. Öffne die Seite über HTTPS, unter dem Namen der Gemeinschaft.
passkeys-script-failed = Das hat nicht geklappt. Versuche es noch einmal.
passkeys-script-old = Dieser Browser kann keine Passkeys. Nimm einen anderen oder einen Notfallcode.
passkeys-script-insecure = Passkeys brauchen HTTPS. Öffne die Seite unter ihrer https-Adresse.
