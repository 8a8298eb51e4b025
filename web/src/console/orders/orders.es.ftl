orders = Órdenes de fábrica
orders-import = Importar un archivo de entrega
orders-import-verb = Importar
orders-import-do = { $count ->
    [one] Importar un dispositivo
   *[other] Importar { $count } dispositivos
  }
orders-import-text = Use el archivo que el fabricante le dio con los dispositivos. Su nombre termina en .registry.json; `fieldkeep factory` lo escribe en su carpeta orders.
orders-import-checked = El servidor comprueba cada firma antes de aceptar un solo dispositivo: la clave del fabricante, la orden y un comprobante de cada uno.
orders-imported = { $added ->
    [one] Un dispositivo es nuevo,
   *[other] { $added } dispositivos son nuevos,
  } { $known ->
    [0] ninguno se conocía.
    [one] uno ya se conocía.
   *[other] { $known } ya se conocían.
  }
orders-imported-next = A continuación, una organización los reclama: por etiqueta, número de serie o identificador.
orders-file = Archivo de entrega
orders-choose = Elegir un archivo
orders-choose-other = Elegir otro
orders-drop = o suéltelo aquí
orders-kept = No se tomó nada del archivo. Sigue elegido aquí.
orders-fault-large = El archivo supera los 32 MB. Un archivo de entrega es menor; pida al fabricante un archivo por orden de trabajo.
orders-fault-json = No es un archivo JSON, o se cortó por el camino. Pídaselo de nuevo al fabricante.
orders-fault-shape = Es JSON, pero no un archivo de entrega: debe contener fabricante, orden y dispositivos. Su nombre termina en .registry.json.
orders-fault-order = Es solo la orden de trabajo. El archivo de entrega está a su lado; su nombre termina en .registry.json.
orders-fault-empty = No contiene dispositivos. El fabricante debe asignarlos primero a su propietario y escribir el archivo de nuevo.
orders-makers = Fabricantes
orders-maker = Fabricante
orders-model = Modelo
orders-in-file = Dispositivos en el archivo
orders-serials = Números de serie
orders-serial = N.º de serie
orders-progress = Progreso
orders-ordered = Pedidos
orders-registered = Registrados
orders-claimed = Reclamados
orders-installed = Instalados
orders-stage-ordered = { $count ->
    [one] pedido
   *[other] pedidos
  }
orders-stage-registered = { $count ->
    [one] registrado
   *[other] registrados
  }
orders-stage-claimed = { $count ->
    [one] reclamado
   *[other] reclamados
  }
orders-stage-installed = { $count ->
    [one] instalado
   *[other] instalados
  }
orders-since = Desde
orders-registered-at = registrada
orders-id = Identificador de la orden
orders-owner = Propietario
orders-hello = Último saludo
orders-devices = Dispositivos de la orden
orders-claim = Reclamar dispositivos
orders-fleet = Ver en la flota
orders-gone = Esta orden de trabajo no está registrada aquí, o no le corresponde verla.
orders-none = Todavía no hay órdenes de trabajo
orders-none-text = Un fabricante firma una orden de trabajo y entrega un archivo con un comprobante por dispositivo. Impórtelo para registrarlos.
orders-no-devices = No hay dispositivos que pueda ver
orders-no-devices-text = Los dispositivos aparecen aquí al importar el archivo de entrega; los de otras organizaciones quedan ocultos.
orders-state-made = Registrado
orders-state-claiming = Reclamándose
orders-state-claimed = Reclamado
orders-state-installed = Instalado
orders-state-suspended = Suspendido
orders-state-revoked = Revocado
orders-state-retired = Retirado
orders-ended = { $count ->
    [one] uno está revocado o retirado
   *[other] { $count } están revocados o retirados
  }
