"""The WSGI application. Whoever serves it minds the worker of the background jobs too, and keeps the boards warm."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zoneworks.site.settings")
application = get_wsgi_application()

from zoneworks.jobs import minding  # noqa: E402  (the apps are ready from here on)
from zoneworks.site.boards import warming  # noqa: E402

minding.start()
warming.start()
