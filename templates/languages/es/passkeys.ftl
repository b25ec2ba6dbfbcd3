# Claves de acceso y códigos de emergencia.

passkeys-title = Claves de acceso
passkeys-lead = Con una clave de acceso entras desde tu móvil u ordenador con el dedo, la cara o su PIN. No hay contraseña.
passkeys-few-codes = { $count ->
    [0] Ya no te queda ningún código de emergencia.
    [one] Te queda un código de emergencia.
   *[other] Te quedan { $count } códigos de emergencia.
}
passkeys-few-codes-do = Crea otros más abajo, para poder entrar si pierdes tus dispositivos.
passkeys-yours = Las tuyas
passkeys-none = No tienes ninguna clave de acceso. Añade una más abajo: mientras tanto solo entras con un código de emergencia, un enlace de un solo uso o tu proveedor.
passkeys-made = Creada el { $made }, aún sin usar
passkeys-made-and-used = Creada el { $made }, usada por última vez el { $used }
passkeys-synced = también en tus otros dispositivos
passkeys-remove = Quitar
passkeys-remove-this = Quitar { $name }
passkeys-change = Cambiar algo
passkeys-change-stale = Entraste hace un rato. Vuelve a entrar antes de añadir o quitar algo aquí.
passkeys-sign-in-again = Volver a entrar
passkeys-add = Añadir una clave de acceso
passkeys-add-elsewhere = Las claves de acceso son de otra dirección de esta comunidad.
passkeys-add-open-there = Abre allí esta página para añadir una.
passkeys-add-name = ¿Cómo la llamarás?
passkeys-my-passkey = Mi clave de acceso
passkeys-my-phone = Mi móvil
passkeys-add-noscript = Para crear una clave de acceso hace falta JavaScript. Permítelo en este sitio o abre la página en otro navegador.
passkeys-codes = Códigos de emergencia
passkeys-codes-lead = Un código de emergencia te deja entrar una vez si has perdido tus dispositivos.
passkeys-codes-left = Te quedan { $count }.
passkeys-codes-old = Cuando creas otros, los antiguos dejan de valer.
passkeys-codes-make = Crear códigos nuevos
passkeys-to-profile = Volver al perfil

passkeys-said-added = La clave de acceso está añadida. Desde ahora puedes entrar con ella.
passkeys-said-removed = La clave de acceso está quitada, y se ha salido en todos los demás navegadores.
passkeys-said-link = Ya has entrado. Añade ahora una clave de acceso en este dispositivo, y la próxima vez no necesitarás un enlace.
passkeys-said-code = Ya has entrado, y el código está gastado. Añade ahora una clave de acceso en este dispositivo, y la próxima vez no necesitarás un código.

passkeys-your-codes = Tus códigos de emergencia
passkeys-codes-once = Estos códigos solo se muestran ahora. Imprime esta página, guarda el archivo o apúntalos, y consérvalos con tus papeles importantes.
passkeys-codes-what-for = Si pierdes el móvil o el ordenador, cada código te deja entrar una vez.
passkeys-codes-save = Guardar como archivo
passkeys-codes-kept = Ya los he guardado
passkeys-file-title = Códigos de emergencia para { $community }
passkeys-file-rule = Cada uno vale una vez.

passkeys-recovery = Entrar con un código de emergencia
passkeys-recovery-code = Uno de tus códigos de emergencia
passkeys-recovery-hint = Los recibiste con tu primera clave de acceso. En mayúsculas o minúsculas, con guiones o sin ellos: da igual.
passkeys-recovery-do = Entrar
passkeys-recovery-none = ¿No te quedan códigos? Pide a un responsable de { $community } un enlace para entrar.
passkeys-recovery-back = Volver

passkeys-remove-only = Quitar tu única clave de acceso
passkeys-remove-only-sure = ¿Quitar tu única clave de acceso?
passkeys-remove-only-meaning = { $name } es la única clave de acceso que tienes. Sin ella, ningún dispositivo te dejará entrar por sí solo.
passkeys-remove-only-codes = { $count ->
    [one] Después entrarás con tu último código de emergencia, que vale una vez. ¿Lo tienes a mano?
   *[other] Después entrarás con uno de tus { $count } códigos de emergencia, que valen una vez cada uno. ¿Los tienes a mano?
}
passkeys-remove-only-provider = Sigues pudiendo entrar con { $provider }.
passkeys-remove-only-provider-too = También sigues pudiendo entrar con { $provider }.
passkeys-remove-only-others = Se saldrá en los demás navegadores en los que has entrado.
passkeys-remove-it = Quitarla
passkeys-keep-it = Conservarla

passkeys-with-one = Con una clave de acceso
passkeys-elsewhere = Has abierto esta página con un nombre para el que no hay claves de acceso.
passkeys-elsewhere-sign-in = Ábrela con el nombre de la comunidad para entrar.
passkeys-device-asks = Tu dispositivo te pide el dedo, la cara o su PIN.
passkeys-sign-in = Entrar con una clave de acceso
passkeys-sign-in-noscript = Una clave de acceso necesita JavaScript. Permítelo en este sitio, o entra con un código de emergencia o con un enlace de un responsable.
passkeys-lost = ¿Has perdido tu dispositivo?
passkeys-lost-recovery = Entra con un código de emergencia.
passkeys-lost-operator = O pide a un responsable un enlace para entrar.

passkeys-script-unanswered = La comunidad no responde. Inténtalo de nuevo.
passkeys-script-stopped = No ha funcionado: lo has cancelado, ha tardado demasiado o este dispositivo no tiene una clave de acceso para esta comunidad. Inténtalo de nuevo.
passkeys-script-known = Este dispositivo ya tiene una clave de acceso para ti.
passkeys-script-unable = Este dispositivo no puede guardar una clave de acceso. Configura un bloqueo de pantalla o usa otro dispositivo.
passkeys-script-elsewhere = Las claves de acceso no funcionan en esta dirección. Abre la página por HTTPS, con el nombre de la comunidad.
passkeys-script-failed = No ha funcionado. Inténtalo de nuevo.
passkeys-script-old = Este navegador no puede usar claves de acceso. Usa otro, o un código de emergencia.
passkeys-script-insecure = Las claves de acceso necesitan HTTPS. Abre la página por su dirección https.
