"""Web deployments and their configurations."""

from __future__ import annotations

from typing import Final

from opencobrowse.services.permissions import (
    CONFIGURATION_EDIT,
    CONFIGURATION_VIEW,
    DEPLOYMENT_EDIT,
    DEPLOYMENT_VIEW,
)
from tests.authorization.table import Row

DEPLOYMENTS: Final = {
    "listDeployments": Row((DEPLOYMENT_VIEW,)),
    "createDeployment": Row(
        (DEPLOYMENT_EDIT,), body={"name": "Another", "configuration": {"id": "{configuration}"}}
    ),
    "getDeployment": Row((DEPLOYMENT_VIEW,)),
    "putDeployment": Row(
        (DEPLOYMENT_EDIT,), body={"name": "Renamed", "configuration": {"id": "{configuration}"}}
    ),
    "deleteDeployment": Row((DEPLOYMENT_EDIT,)),
    "getDeploymentSecret": Row((DEPLOYMENT_EDIT,)),
    "rotateDeploymentSecret": Row((DEPLOYMENT_EDIT,)),
    "getActiveConfiguration": Row(open_to="every page of the deployment"),
}

CONFIGURATIONS: Final = {
    "listConfigurations": Row((CONFIGURATION_VIEW,)),
    "createConfiguration": Row((CONFIGURATION_EDIT,), body={"name": "Another"}),
    "deleteConfiguration": Row((CONFIGURATION_EDIT,), path={"configurationId": "{draft}"}),
    "listVersions": Row((CONFIGURATION_VIEW,)),
    "getDraft": Row((CONFIGURATION_VIEW,)),
    "putDraft": Row((CONFIGURATION_EDIT,), body={"name": "Renamed"}),
    "publishDraft": Row((CONFIGURATION_EDIT,)),
    "getVersion": Row((CONFIGURATION_VIEW,)),
}
