# Webhooks: programas que se enteran de lo que pasa.

webhooks-title = Webhooks
webhooks-lead = Programas de la comunidad que se enteran de lo que pasa aquí: cada mensaje va firmado a una dirección que tú indicas.
webhooks-made = Creados hasta ahora
webhooks-none = Ningún programa se entera de nada todavía.
webhooks-new = Avisar a otro programa
webhooks-url = Su dirección
webhooks-url-rule = Empieza por https:// y lleva al programa que recibe los mensajes.
webhooks-kinds = De qué se entera
webhooks-kind-transfer = Pagos
webhooks-kind-distribution = Repartos
webhooks-kind-issuance = Fichas emitidas
webhooks-kind-joined = Alguien se unió
webhooks-kind-left = Un miembro se fue
webhooks-kind-restored = Un miembro ha vuelto
webhooks-kind-erased = Un miembro fue olvidado
webhooks-kind-role-granted = Se dio un rol
webhooks-kind-role-revoked = Se quitó un rol
webhooks-kind-frozen = Se bloqueó un monedero
webhooks-kind-unfrozen = Se desbloqueó un monedero
webhooks-kind-checkpoint = Sellos
webhooks-kind-alert = Avisos
webhooks-kind-test = Prueba
webhooks-notes = Y lo que los miembros escriben en sus pagos
webhooks-with-notes = Y lo que los miembros escriben en sus pagos
webhooks-reason = ¿Por qué?
webhooks-make = Crear el webhook
webhooks-state-new = Todavía no se ha enviado nada
webhooks-state-well = Funciona; el último mensaje se aceptó el { $when }
webhooks-state-not-taken = El último mensaje enviado no se aceptó
webhooks-state-failing = No acepta mensajes desde el { $when }
webhooks-state-stopped = Parado por un responsable el { $when }
webhooks-state-gone = Parado el { $when }: no quiere más mensajes
webhooks-state-given-up = Parado el { $when }: no aceptó ningún mensaje durante cinco días
webhooks-apart-count = { $count ->
    [one] { $count } mensaje apartado
   *[other] { $count } mensajes apartados
}
webhooks-one = Webhook
webhooks-last-answer = Resultado del último intento:
webhooks-next-attempt = El próximo intento será el { $when }.
webhooks-made-on = Creado el { $when }.
webhooks-two-signatures = El secreto anterior también firma hasta el { $when }.
webhooks-apart = Mensajes apartados
webhooks-apart-lead = Se rechazaron demasiadas veces y los siguientes salieron sin ellos. Puedes enviarlos otra vez.
webhooks-waits = en espera
webhooks-content = Qué dice
webhooks-content-gone = Lo que decía ya no se puede sacar del libro, así que no se puede enviar otra vez.
webhooks-attempts = { $count ->
    [one] { $count } intento
   *[other] { $count } intentos
}
webhooks-older = Anteriores
webhooks-do = Qué hacer con él
webhooks-test = Enviar una prueba
webhooks-send-again = Enviarlos otra vez
webhooks-resume = Dejar que siga
webhooks-try-now = Intentar ahora
webhooks-stop = Pararlo
webhooks-rotate = Secreto nuevo
webhooks-remove = Quitarlo
webhooks-do-rule = Un webhook parado no se pierde nada: cuando sigue, se entera primero de lo que pasó mientras tanto. Tras un secreto nuevo, los mensajes llevan las dos firmas durante un día.
webhooks-back = Volver a los webhooks
webhooks-to-webhook = Ir al webhook
webhooks-secret = Secreto del webhook
webhooks-secret-once = Este secreto solo se muestra ahora. Ponlo en el programa que recibe los mensajes.
webhooks-secret-use = Con él, el programa sabe que un mensaje viene de aquí y que nadie lo cambió por el camino.
webhooks-copied = Copiado.
webhooks-not-copied = No ha funcionado. Cópialo a mano.
webhooks-copy = Copiar el secreto
webhooks-said-test = La prueba está en camino.
webhooks-said-sent = Los mensajes están en camino.
webhooks-said-stopped = El webhook está parado.
webhooks-said-resumed = El webhook sigue.
webhooks-problem-url = Esta dirección no sirve. Debe empezar por https:// y llevar a una dirección pública o a una red que los ajustes permitan.
webhooks-problem-kinds = Elige al menos una cosa de la que se entere.
