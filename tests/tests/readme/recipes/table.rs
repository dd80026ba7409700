//! What the page of recipes has, and what each recipe prints.

use arcidentity_needs::{AZCOPY, CURL, JQ, KUBECTL, Need, PSQL, SYSTEMD_ANALYZE};

/// A recipe, by the heading that it stands below.
pub struct Recipe {
    pub title: &'static str,
    /// The file that each of its blocks becomes.
    pub files: &'static [&'static str],
    /// What runs them in bash.
    pub script: &'static str,
    /// What is in its output.
    pub prints: &'static str,
    /// How it names the service.
    pub service: &'static str,
    /// How it would name another one, whose token does not open it. None where the client tries for minutes.
    pub other: Option<&'static str>,
    pub needs: &'static [Need],
}

const SHELL: &str = "bash -e -u -o pipefail recipe.sh";
const PROGRAM: &str = "python3 recipe.py";
/// What is installed for this one may not be to be had.
pub const AZURE_CLI: &str = "The Azure CLI";

/// Below "Azure Storage", as the page says.
pub const STORAGE: &str = "arcidentity run --resource storage -- python3 levels.py";

/// `INSTALL azure` would load the extension from the network.
const DUCKDB: &str = "duckdb-extension; arcidentity run --resource storage -- python3 levels.py";

const GRAPH: &str = "https://graph.microsoft.com";
const UPLOADED: &str = "Bearer for https://storage.azure.com\n";

const IN_SHELL: Recipe = Recipe {
    title: "",
    files: &["recipe.sh"],
    script: SHELL,
    prints: "",
    service: "",
    other: None,
    needs: &[],
};
const IN_PYTHON: Recipe = Recipe { files: &["recipe.py"], script: PROGRAM, ..IN_SHELL };
const OF_STORAGE: Recipe = Recipe {
    files: &["levels.py"],
    script: STORAGE,
    prints: "Oslo\n",
    service: "--resource storage",
    other: Some("--resource graph"),
    ..IN_SHELL
};

pub const RECIPES: &[Recipe] = &[
    Recipe {
        title: "curl",
        script: "echo Oslo,3 >readings.csv; bash -e -u -o pipefail recipe.sh",
        prints: "My subscription\ns3cret\n",
        service: "token arm",
        other: Some("token graph"),
        needs: &[CURL, JQ],
        ..IN_SHELL
    },
    Recipe {
        title: AZURE_CLI,
        prints: "Bearer\n",
        service: "https://management.core.windows.net/",
        other: Some("graph"),
        ..IN_SHELL
    },
    Recipe {
        title: "AzureCliCredential",
        files: &["az"],
        script: "chmod +x az; PATH=$PWD:$PATH python3 -c '
import azure.identity
token = azure.identity.AzureCliCredential().get_token(\"https://vault.azure.net/.default\")
print(token.token[:3], token.expires_on > 0)'",
        prints: "eyJ True\n",
        service: "arcidentity token",
        other: Some("arcidentity"),
        ..IN_SHELL
    },
    Recipe {
        title: "Terraform and Packer",
        prints: "Bearer for https://management.azure.com\n",
        service: "--resource arm",
        other: Some("--resource graph"),
        needs: &[CURL, JQ],
        ..IN_SHELL
    },
    Recipe {
        title: "psql",
        prints: " current_user \n--------------\n my-machine\n(1 row)\n\n",
        service: "token postgresql",
        other: Some("token graph"),
        needs: &[PSQL],
        ..IN_SHELL
    },
    Recipe {
        title: "psycopg",
        prints: "('my-machine',)\n",
        service: "https://ossrdbms-aad.database.windows.net",
        other: Some(GRAPH),
        ..IN_PYTHON
    },
    Recipe {
        title: "ODBC",
        prints: "Server=my-server.database.windows.net\n",
        service: "https://database.windows.net/",
        other: Some(GRAPH),
        ..IN_PYTHON
    },
    Recipe {
        title: "Event Hubs over Kafka",
        prints: "readings\n",
        service: "https://my-hubs.servicebus.windows.net",
        other: Some(GRAPH),
        ..IN_PYTHON
    },
    Recipe {
        title: "git and Azure DevOps",
        prints: "refs/heads/main\n",
        service: "token devops",
        other: Some("token graph"),
        ..IN_SHELL
    },
    Recipe {
        title: "kubectl and AKS",
        files: &["kubeconfig.yaml", "recipe.sh"],
        prints: "\"items\": [{\"metadata\": {\"name\": \"default\"}}]}",
        service: "token aks",
        other: Some("token graph"),
        needs: &[KUBECTL, JQ],
        ..IN_SHELL
    },
    Recipe { title: "polars", ..OF_STORAGE },
    Recipe { title: "obstore", ..OF_STORAGE },
    Recipe { title: "deltalake", ..OF_STORAGE },
    Recipe { title: "pyarrow", ..OF_STORAGE },
    Recipe { title: "adlfs", other: None, ..OF_STORAGE },
    Recipe { title: "DuckDB", script: DUCKDB, ..OF_STORAGE },
    Recipe {
        title: "AzCopy",
        files: &["recipe.sh"],
        script: SHELL,
        prints: "Final Job Status: Completed\n",
        needs: &[AZCOPY],
        ..OF_STORAGE
    },
    Recipe {
        title: "systemd",
        files: &["upload.service"],
        script: "installed sh -e -c '
            # It says what it does not understand, and succeeds.
            said=$(systemd-analyze verify ./upload.service 2>&1)
            case $said in *upload.service*) echo \"$said\" >&2; exit 1;; esac
            $(sed -n s/^ExecStart=//p upload.service)'",
        prints: UPLOADED,
        needs: &[SYSTEMD_ANALYZE, CURL, JQ],
        ..OF_STORAGE
    },
    Recipe {
        title: "cron",
        files: &["crontab"],
        script: "installed cron crontab",
        prints: UPLOADED,
        needs: &[CURL, JQ],
        ..OF_STORAGE
    },
    Recipe {
        title: "Kubernetes",
        files: &["pod.yaml"],
        script: "kubernetes-validate --strict --quiet pod.yaml; installed pod pod.yaml",
        prints: UPLOADED,
        service: "--resource, storage",
        other: Some("--resource, graph"),
        needs: &[CURL, JQ],
    },
];
