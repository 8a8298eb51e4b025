device = Dispositivo
device-overview = Resumen
device-signals = Señales
device-events = Eventos
device-identity = Identidad y claves
device-tabs = Partes de este dispositivo
device-acts = Qué se puede hacer
device-gone = Ese dispositivo no existe
device-gone-text = No está, o no le corresponde verlo.
device-to-fleet = Ir a la flota
device-life = Vida
device-life-made = fabricado
device-life-claiming = reclamándose
device-life-claimed = reclamado
device-life-installed = instalado
device-life-suspended = suspendido
device-life-revoked = revocado
device-life-retired = retirado
device-model = Modelo
device-id = Identificador
device-project = Proyecto
device-site = Emplazamiento
device-group = Grupo
device-made = Fabricado
device-hello = Último saludo
device-chain = Último lote
device-choose = Elegir…
device-choose-site = Elija primero el emplazamiento.
device-group-none = Sin grupo
device-install-hint = El dispositivo tiene que haber saludado en los últimos diez minutos.
device-yes = sí
device-no = no
device-chart = Gráfico
device-limit = límite { $value }
device-signal-add = Añadir señales
device-signal-remove = Quitar { $name } del gráfico
device-of-device = De otro dispositivo
device-find-other = Número de serie o modelo
device-find-none = Ningún dispositivo de este proyecto encaja.
device-signals-of = Señales de { $serial }
device-signals-bad = No todas las señales de la dirección se pueden mostrar: algunas no lo son, o son más de { $count }.
device-signals-max = En un gráfico caben { $count } señales.
device-no-readings = No hay lecturas en este intervalo. Elija uno más largo.
device-silent = Aún no hay lecturas
device-silent-held = Todo lo enviado está retenido
device-silent-held-text = { $count ->
    [one] Un lote que envió espera una decisión. Cuando se libere, sus lecturas aparecerán aquí.
   *[other] { $count } lotes que envió esperan una decisión. Cuando se liberen, sus lecturas aparecerán aquí.
  }
device-silent-held-go = Ver lo retenido
device-silent-installed = Está instalado y aún no ha enviado nada. Las lecturas aparecen aquí según llegan; compruebe que su agente funciona y alcanza este servidor.
device-silent-claimed = Es suyo y no está en ningún lugar. Instálelo en un emplazamiento; entonces podrá enviar.
device-silent-other = En esta etapa de su vida, un dispositivo no envía nada.
device-held-count = { $count ->
    [one] { $count } lote retenido
   *[other] { $count } lotes retenidos
  }
device-recent = Últimos eventos
device-all-events = Todos los eventos
device-no-events = Aún no ha pasado nada
device-no-events-text = Aquí aparecerán la reclamación, la instalación y todo lo que se haga con él.
device-closed = No le corresponde ver las lecturas
device-closed-text = Su rol abarca el dispositivo mismo, no lo que mide. El derecho se llama telemetry.read.
device-record-closed = No puede leer aquí el registro; solo se muestra lo retenido. El derecho se llama record.read.
device-held = { $count ->
    [one] Una lectura retenida
   *[other] { $count } lecturas retenidas
  }
device-reason-wrong-kind = texto en lugar de número
device-reason-undeclared-metric = una señal no declarada
device-reason-wrong-unit = en una unidad distinta de la declarada
device-reason-clock = una hora equivocada
device-reason-repeated-gap = faltan lotes de nuevo
device-reason-rate = más lecturas de las declaradas
device-reason-network = desde una red ajena a su emplazamiento
device-decision-held = espera una decisión
device-decision-released = liberado
device-decision-destroyed = destruido
device-reason-outside-range = fuera de su rango físico
device-reason-fork = dos lotes con el mismo lugar en su cadena
device-doer-device = el propio dispositivo
device-doer-server = el servidor
device-doer-key = un programa
device-doer-person = una persona
device-verb-device-claim = Reclamación iniciada
device-verb-device-claimed = Reclamado, con clave propia
device-verb-device-install = Instalado
device-verb-device-suspend = Suspendido
device-verb-device-resume = Reanudado
device-verb-device-revoke = Revocado
device-verb-device-retire = Retirado
device-verb-device-arrange = Movido a otro grupo
device-verb-device-key = Clave de API emitida
device-verb-certificate-issue = Certificado emitido
device-verb-certificate-use = Certificado usado por primera vez
device-verb-certificate-revoke = Certificado revocado
device-metric = Señal
device-latest = Último valor
device-limits = Límites
device-age = Última vez
device-first = Desde
device-owner = Propietario y cadena
device-owner-epoch = Veces que cambió de manos
device-key = Clave del dispositivo
device-boot = Época de arranque
device-seq = Número de secuencia
device-head = Huella del último lote
device-maker = Fabricante
device-order = Orden de trabajo
device-birth = Cadena de nacimiento
device-birth-text = Del dispositivo a la raíz de su fabricante.
device-birth-none = El servidor no guarda ningún certificado de nacimiento suyo.
device-issued-by = emitido por { $name }
device-fingerprint = Huella
device-certificates = Certificados
device-certificates-text = Lo que muestra al conectarse. Los renueva por sí mismo antes de que caduquen.
device-certificates-none = No tiene ninguno: no se ha reclamado nunca, o se le revocaron.
device-certificate-span = { $from } – { $to }
device-certificate-valid = válido
device-certificate-expiring = caduca pronto
device-certificate-expired = caducado
device-certificate-revoked = revocado
device-used = usado por primera vez
device-keys = Claves de API
device-keys-text = Con una de ellas y su certificado obtiene sus tokens.
device-act-install = Instalar…
device-act-group = Mover a un grupo…
device-act-suspend = Suspender…
device-act-resume = Reanudar…
device-act-revoke = Revocar…
device-act-retire = Retirar…
device-act-install-title = { $count ->
    [one] Instalar { $name }
   *[other] Instalar { $count } dispositivos
  }
device-act-install-text = { $count ->
    [one] Desde ese momento sus lecturas entran en el proyecto, en este emplazamiento. Si ya está instalado en otro, se traslada.
   *[other] Desde ese momento sus lecturas entran en el proyecto, en este emplazamiento. Los que ya están instalados en otro se trasladan.
  }
device-act-install-verb = { $count ->
    [one] Instalar
   *[other] Instalar { $count } dispositivos
  }
device-act-install-done = { $name } se ha instalado
device-act-group-title = { $count ->
    [one] Mover { $name } a un grupo
   *[other] Mover { $count } dispositivos a un grupo
  }
device-act-group-text = { $count ->
    [one] Los roles dados para un grupo valen para él en cuanto está dentro; los del grupo que deja ya no.
   *[other] Los roles dados para un grupo valen para ellos en cuanto están dentro; los de los grupos que dejan ya no.
  }
device-act-group-verb = { $count ->
    [one] Mover
   *[other] Mover { $count } dispositivos
  }
device-act-group-done = { $name } se ha movido
device-act-suspend-title = { $count ->
    [one] ¿Suspender { $name }?
   *[other] ¿Suspender { $count } dispositivos?
  }
device-act-suspend-text = { $count ->
    [one] Su conexión se cierra de inmediato y sus lecturas se rechazan hasta que se reanude. Lo que mida mientras tanto lo guarda él mismo.
   *[other] Sus conexiones se cierran de inmediato y sus lecturas se rechazan hasta que se reanuden. Lo que midan mientras tanto lo guardan ellos mismos.
  }
device-act-suspend-verb = { $count ->
    [one] Suspender
   *[other] Suspender { $count } dispositivos
  }
device-act-suspend-done = { $name } se ha suspendido
device-act-resume-title = { $count ->
    [one] ¿Reanudar { $name }?
   *[other] ¿Reanudar { $count } dispositivos?
  }
device-act-resume-text = { $count ->
    [one] Sus lecturas se aceptan de nuevo y envía lo que guardó.
   *[other] Sus lecturas se aceptan de nuevo y envían lo que guardaron.
  }
device-act-resume-verb = { $count ->
    [one] Reanudar
   *[other] Reanudar { $count } dispositivos
  }
device-act-resume-done = { $name } se ha reanudado
device-act-revoke-title = { $count ->
    [one] ¿Revocar { $name }?
   *[other] ¿Revocar { $count } dispositivos?
  }
device-act-revoke-text = { $count ->
    [one] Sus certificados y claves se revocan para siempre. Para volver a enviar hay que reclamarlo e instalarlo de nuevo. Lo que ha enviado hasta ahora se conserva.
   *[other] Sus certificados y claves se revocan para siempre. Para volver a enviar hay que reclamarlos e instalarlos de nuevo. Lo que han enviado hasta ahora se conserva.
  }
device-act-revoke-verb = { $count ->
    [one] Revocar
   *[other] Revocar { $count } dispositivos
  }
device-act-revoke-done = { $name } se ha revocado
device-act-retire-title = { $count ->
    [one] ¿Retirar { $name }?
   *[other] ¿Retirar { $count } dispositivos?
  }
device-act-retire-text = { $count ->
    [one] Deja de usarse para siempre: desde aquí no hay vuelta atrás. Lo que ha enviado hasta ahora se conserva.
   *[other] Dejan de usarse para siempre: desde aquí no hay vuelta atrás. Lo que han enviado hasta ahora se conserva.
  }
device-act-retire-verb = { $count ->
    [one] Retirar
   *[other] Retirar { $count } dispositivos
  }
device-act-retire-done = { $name } se ha retirado
device-every = Mostrar las { $count } señales
device-fewer = Mostrar menos
