# Pagar.

transfers-send = Enviar
transfers-nothing-sent = No se ha enviado nada.
transfers-link-unpayable = Este enlace no se puede pagar tal como está.
transfers-to-whom = A quién
transfers-name = Nombre
transfers-find-name = Buscar un nombre
transfers-find = Buscar
transfers-nobody = Todavía no hay nadie más.
transfers-nobody-found = Nadie tiene «{ $q }» en su nombre.
transfers-hint-pool = El fondo común
transfers-hint-chosen = Con quien has elegido
transfers-hint-favourite = Favorita
transfers-hint-lately = Últimamente
transfers-hint-member = Miembro
transfers-how-much = Cuánto
transfers-you-have = Tienes { $balance }.
transfers-note = Nota
transfers-note-optional = (si quieres; la veréis los dos)
transfers-continue = Continuar
transfers-confirm = Confirmar
transfers-is-this-right = ¿Está bien así?
transfers-to = para { $name }
transfers-have-now = Tienes ahora
transfers-will-have = Te quedarán
transfers-wallet = Monedero
transfers-just-sent = Hace unos minutos ya enviaste lo mismo a { $name }. Repítelo solo si es lo que quieres.
transfers-send-it = Enviar
transfers-change = Cambiar algo

# Por dónde seguir cuando algo no se pudo.
transfers-too-few = No tienes tantas: tienes { $balance } y faltan { $missing }.
transfers-ask-for = Pedirle { $missing } a alguien
transfers-own-frozen = Tu monedero está bloqueado y no puedes enviar nada. Volverá a funcionar cuando un responsable lo desbloquee.
transfers-see-reason = Ver el motivo en tu monedero
transfers-their-frozen = Su monedero está bloqueado por ahora. Volverá a funcionar cuando un responsable lo desbloquee; o elige a otra persona.
transfers-they-left = Esa persona ha dejado la comunidad y ya no puede cobrar. Elige a otra.
transfers-too-many = En su monedero no caben tantas. Elige una cantidad menor.
transfers-to-oneself = Este es tu propio monedero. Elige a otra persona, o enseña este enlace a quien quiera pagarte.
transfers-your-code = Tu código para cobrar
transfers-no-wallet = En esta dirección no hay ningún monedero: quizá el enlace esté incompleto. Pídelo otra vez, o elige por el nombre.
