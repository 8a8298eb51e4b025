claim = Reclamar
claim-nav = Reclamar e instalar
claim-which = Qué dispositivos
claim-which-text = Una reclamación se firma para su organización y se ofrece al dispositivo; es suyo cuando el dispositivo ha respondido.
claim-for = Para qué organización
claim-for-one = Para { $name }.
claim-list = Etiquetas, números de serie o identificadores
claim-list-hint = Uno por línea, cuantos quiera. Una etiqueta empieza por FK1: y demuestra que tiene el dispositivo.
claim-ready = { $count ->
    [one] dispositivo encontrado
   *[other] dispositivos encontrados
  }
claim-wrong = { $count ->
    [one] línea queda fuera
   *[other] líneas quedan fuera
  }
claim-fault-unknown = Aquí no existe ese dispositivo. ¿Se importó su archivo de entrega?
claim-fault-ambiguous = Varios dispositivos tienen este número de serie. Use su etiqueta o su identificador.
claim-fault-label = No es una etiqueta completa: FK1, el dispositivo, el secreto.
claim-fault-taken = Pertenece a otra organización.
claim-fault-yours = Ya es suyo.
claim-fault-twice = Ya aparece más arriba.
claim-fault-over = Está retirado.
claim-verb = { $count ->
    [0] Reclamar
    [one] Reclamar un dispositivo
   *[other] Reclamar { $count } dispositivos
  }
claim-as-job = Tantos se reclaman con un trabajo, que no hace falta vigilar.
claim-working = En curso
claim-kept = Su lista sigue en el campo.
claim-done = { $count ->
    [one] Se ha ofrecido la reclamación a un dispositivo. Será suyo cuando responda.
   *[other] Se ha ofrecido la reclamación a { $count } dispositivos. Serán suyos cuando respondan.
  }
claim-failed = { $count ->
    [one] Uno se rechazó
   *[other] { $count } se rechazaron
  }
claim-coming = En camino
claim-coming-text = Cada uno llega por sí solo la próxima vez que saluda. Esta lista se actualiza.
claim-none = No hay nada en espera. Aquí aparecen los dispositivos entre la reclamación y su instalación.
claim-waits = reclamado; espera su saludo
claim-hello = Último saludo
claim-how = ¿Cómo?
claim-command = Comandos en el dispositivo
claim-came = { $count ->
    [one] { $serial } respondió: es suyo
   *[other] { $serial } y otros respondieron: son suyos
  }
claim-install = Instalar
claim-where = Dónde
claim-where-text = Instalar une un dispositivo a un lugar. Debe haber saludado en los últimos diez minutos, para que nadie instale lo que no está ahí.
claim-choose-site = Elija un emplazamiento
claim-no-site = Este proyecto aún no tiene ningún emplazamiento. Añada uno primero.
claim-away = { $count ->
    [one] Uno de los seleccionados no ha saludado en los últimos diez minutos y se rechazaría. Arranque su agente.
   *[other] { $count } de los seleccionados no han saludado en los últimos diez minutos y se rechazarían. Arranque sus agentes.
  }
claim-install-verb = { $count ->
    [0] Instalar
    [one] Instalar un dispositivo
   *[other] Instalar { $count } dispositivos
  }
claim-installed = { $count ->
    [one] Un dispositivo instalado en { $site }
   *[other] { $count } dispositivos instalados en { $site }
  }
claim-nothing = No hay nada que instalar
claim-nothing-text = Un dispositivo se puede instalar cuando se ha reclamado y ha respondido.
claim-ready-devices = Dispositivos sin instalar
claim-serial = N.º de serie
claim-model = Modelo
claim-here = Al alcance
claim-is-here = ha saludado, se puede instalar
claim-is-away = espera su saludo
claim-made = Instalados ahora mismo
claim-made-text = Desde ahora se aceptan sus lecturas. Una etiqueta en la carcasa lleva hasta aquí a quien esté delante.
claim-at-device = En el dispositivo
claim-at-device-text = El agente responde a la reclamación, obtiene un certificado y envía lecturas. BUNDLE es la carpeta que la fábrica hizo para él.
claim-label-of = Etiqueta de { $serial }
claim-label-code = Código que lleva a { $serial }
claim-label-text = Lleva al dispositivo en esta consola. No contiene ningún secreto; la etiqueta del fabricante sí.
claim-label-save = Descargar SVG
claim-more = { $count ->
    [one] y uno más
   *[other] y { $count } más
}
claim-cut = Hay más dispositivos que se pueden instalar que los { $count } de esta lista: instale estos primero o siga con el programa.
