# Pagar.

transfers-send = Enviar
transfers-nothing-sent = No se ha enviado nada.
transfers-to-whom = A quién
transfers-name = Nombre
transfers-find-name = Buscar un nombre
transfers-find = Buscar
transfers-nobody = Todavía no hay nadie más.
transfers-nobody-found = Nadie tiene «{ $q }» en su nombre.
transfers-hint-pool = El fondo común
transfers-hint-chosen = Con quien has elegido
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
