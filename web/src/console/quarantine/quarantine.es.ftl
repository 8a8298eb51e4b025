quarantine = Cuarentena
quarantine-why = Retenido por
quarantine-causes = Causas
quarantine-readings = Lecturas
quarantine-index = Hoja
quarantine-since = Retenido
quarantine-decided = Decidido
quarantine-id = Identificador del lote
quarantine-batch = Lote
quarantine-metric = Señal
quarantine-value = Valor
quarantine-time = Medido
quarantine-expected = Declarado
quarantine-undeclared = no declarada
quarantine-between = { $min } a { $max }
quarantine-limit = Límite { $value }
quarantine-sample = Lecturas
quarantine-sample-part = Las primeras { $shown } de { $total }.
quarantine-sample-gone = Las lecturas se destruyeron. Que existieron, y por qué se retuvieron, queda en el registro.
quarantine-failed = Por qué está retenido
quarantine-passed = Todo lo demás se cumplió: certificado, token, propietario, lugar y orden del lote.
quarantine-what = Qué puede hacer
quarantine-what-release = Las lecturas entran en el historial del dispositivo con sus propias horas. El registro guarda que estuvieron retenidas y quién las admitió.
quarantine-what-fork = No es posible con una bifurcación: dos historias de un dispositivo no pueden ser ciertas a la vez. Destruya una y reclame de nuevo el dispositivo.
quarantine-what-destroy = Las lecturas desaparecen para siempre. Solo se conserva que estuvieron ahí y por qué se retuvieron.
quarantine-release = Liberar
quarantine-destroy = Destruir
quarantine-unselect = Quitar selección
quarantine-place = { $place } de { $total }
quarantine-working = Decidiendo
quarantine-key-release = Liberar lo seleccionado
quarantine-key-destroy = Destruir lo seleccionado
quarantine-key-next = Lote siguiente
quarantine-key-before = Lote anterior
quarantine-key-back = Volver a la lista
quarantine-state-held = Retenidos
quarantine-state-released = Liberados
quarantine-state-destroyed = Destruidos
quarantine-none-held = No hay nada retenido
quarantine-none-released = No se ha liberado nada
quarantine-none-destroyed = No se ha destruido nada
quarantine-none-filter = No hay nada retenido por esta causa
quarantine-none-text = Las lecturas que no pasan una comprobación se guardan aparte aquí hasta que alguien decida. Aparecen solas.
quarantine-ask-release = { $count ->
    [one] ¿Liberar este lote?
   *[other] ¿Liberar { $count } lotes?
  }
quarantine-ask-destroy = { $count ->
    [one] ¿Destruir este lote?
   *[other] ¿Destruir { $count } lotes?
  }
quarantine-verb-release = { $count ->
    [one] Liberar el lote
   *[other] Liberar { $count } lotes
  }
quarantine-verb-destroy = { $count ->
    [one] Destruir el lote
   *[other] Destruir { $count } lotes
  }
quarantine-done-release = { $count ->
    [one] El lote se ha liberado
   *[other] { $count } lotes se han liberado
  }
quarantine-done-destroy = { $count ->
    [one] El lote se ha destruido
   *[other] { $count } lotes se han destruido
  }
quarantine-effect-release = { $devices ->
    [one] Las lecturas de un dispositivo ({ $readings }) entran en su historial y desde entonces aparecen en gráficos y exportaciones.
   *[other] Las lecturas de { $devices } dispositivos ({ $readings }) entran en sus historiales y desde entonces aparecen en gráficos y exportaciones.
  }
quarantine-effect-destroy = { $devices ->
    [one] Se destruyen las lecturas de un dispositivo ({ $readings }). Nadie puede recuperarlas. El registro guarda que estuvieron retenidas, por qué y quién las destruyó.
   *[other] Se destruyen las lecturas de { $devices } dispositivos ({ $readings }). Nadie puede recuperarlas. El registro guarda que estuvieron retenidas, por qué y quién las destruyó.
  }
quarantine-overtaken = { $count ->
    [one] Otra persona decidió antes sobre este lote. Usted no cambió nada.
   *[other] Otra persona decidió antes sobre { $count } de estos lotes. En ellos usted no cambió nada.
  }
quarantine-left = { $count ->
    [one] Hay uno más seleccionado que sigue retenido: una bifurcación no se puede liberar.
   *[other] Hay { $count } más seleccionados que siguen retenidos: una bifurcación no se puede liberar.
  }
quarantine-reason-undeclared-metric = Señal no declarada
quarantine-reason-wrong-unit = Unidad equivocada
quarantine-reason-wrong-kind = Texto en lugar de número
quarantine-reason-outside-range = Fuera del rango físico
quarantine-reason-clock = Hora equivocada
quarantine-reason-repeated-gap = Faltan lotes
quarantine-reason-fork = Dos historias de un dispositivo
quarantine-reason-rate = Demasiadas lecturas
quarantine-reason-network = Red ajena
quarantine-advice-undeclared-metric = Declare la señal en el proyecto, o haga que el dispositivo envíe solo lo que el proyecto declara.
quarantine-advice-wrong-unit = Corrija la unidad en el dispositivo, o en el proyecto si es ahí donde está mal.
quarantine-advice-wrong-kind = Haga que el dispositivo envíe un número, o declare la señal sin unidad ni rango.
quarantine-advice-outside-range = Revise el sensor y su cableado. Si el valor es real, amplíe el rango en el proyecto.
quarantine-advice-clock = Ponga en hora el dispositivo. Aquí llegan lecturas muy adelantadas o más antiguas de lo que guarda el proyecto.
quarantine-advice-repeated-gap = Se le dijo al dispositivo qué lote falta y ya no lo tiene. Revise su almacenamiento.
quarantine-advice-fork = Se restauró una imagen o se copió una clave. Busque el segundo dispositivo y reclame de nuevo el verdadero.
quarantine-advice-rate = Envía más de diez veces lo declarado. Corrija el periodo en uno de los dos.
quarantine-advice-network = Habla desde fuera de las redes de su emplazamiento. ¿Se trasladó, o cambió la red del emplazamiento?
