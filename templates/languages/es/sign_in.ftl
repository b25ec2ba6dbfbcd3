# Entrar y salir.

sign-in-welcome = Te damos la bienvenida
sign-in-welcome-to = Te damos la bienvenida a { $community }
sign-in-welcome-lead = Aquí los miembros se pagan en { $token } { $symbol }: mira lo que tienes, envía algo a un vecino y observa cómo se mueve el dinero propio de la comunidad.
sign-in-title = Entrar
sign-in-already = Ya has entrado como { $name }.
sign-in-go-on = Seguir como { $name }
sign-in-someone-else = Para ser otra persona, entra más abajo.
sign-in-ways = Formas de entrar
sign-in-provider = Entra con la cuenta que ya tienes. La primera vez recibes un monedero vacío.
sign-in-with = Entrar con { $provider }
sign-in-elsewhere = Los miembros de esta comunidad entran con { $issuer }.
sign-in-elsewhere-docs = Sus credenciales abren la API: mira la documentación.
sign-in-developer = Esta comunidad funciona en este ordenador y ella misma responde de sus miembros, así que puedes ser quien quieras. Cuando haya claves de acceso o un proveedor de identidad, se entrará con ellos.
sign-in-existing = Ser alguien que ya está aquí
sign-in-name = Nombre
sign-in-find-name = Buscar un nombre
sign-in-find = Buscar
sign-in-nobody = Todavía no hay nadie. Estrena tú la comunidad.
sign-in-nobody-found = Nadie tiene «{ $q }» en su nombre.
sign-in-more = Hay más: búscalos por su nombre.
sign-in-new = Unirte por primera vez
sign-in-your-name = Tu nombre aquí
sign-in-name-rule = De 3 a 255 letras (de la a a la z, sin tildes), cifras, _ o -. Con él recibes un monedero vacío.
sign-in-join = Unirme
sign-in-passkey-failed = Esa clave de acceso no ha abierto la puerta: quizá se quitó, o se tardó más de cinco minutos. Inténtalo de nuevo, usa otra o entra con un código de emergencia.
sign-in-once-more = Vuelve a entrar: hace un rato que entraste, y lo que vas a hacer lo pide.

sign-in-signed-out = Has salido
sign-in-signed-out-here = Aquí ya has salido
sign-in-leaving = Ahora se pide a { $provider } que cierre también allí tu sesión, para que la próxima persona que use este dispositivo no pueda volver en tu nombre.
sign-in-leaving-go = Seguir a { $provider }
sign-in-leaving-stay = Mantener la sesión en { $provider }

sign-in-sessions = Dónde has entrado
sign-in-sessions-lead = Sal de donde no te reconozcas o de los dispositivos que ya no tengas.
sign-in-this-one = este
sign-in-by-provider = Entraste con el proveedor de identidad el { $when }.
sign-in-by-passkey = Entraste con una clave de acceso el { $when }.
sign-in-by-link = Entraste con un enlace de un solo uso el { $when }.
sign-in-by-code = Entraste con un código de emergencia el { $when }.
sign-in-by-developer = Entraste con la identidad de desarrollo el { $when }.
sign-in-last-used = Usado por última vez el { $when }, o unos minutos después.
sign-in-device = { $browser } en { $system ->
    [iPhone] un iPhone
    [iPad] un iPad
    [Mac] un Mac
   *[other] { $system }
}
sign-in-device-unknown = Un navegador desconocido
sign-in-out = Salir
sign-in-out-here = Salir aquí
sign-in-out-of = Salir en { $device }
sign-in-out-elsewhere = Salir en todos los demás
sign-in-out-everywhere = Salir en todas partes
sign-in-to-profile = Volver al perfil
