using Distributed.Console.Commands;
using Distributed.Console.Sessions;
using Distributed.Console.Terminals;
using Distributed.Console.Tests.Fakes;

namespace Distributed.Console.Tests.Commands;

/// <summary>Bad usage and bad input: one line that says what is wrong, where, and what is expected; exit code 2, and nothing written.</summary>
public sealed class BadInputTests
{
    /// <summary>Command line (@ is the test's folder), a file's contents or nothing, and what the one line must say.</summary>
    public static TheoryData<string, string?, string> Cases => new()
    {
        // The command line itself.
        { "", null, "dtrain: a command is missing: one of {commands}; 'dtrain --help' tells more" },
        { "tain", null, "dtrain: there is no command 'tain'; did you mean 'train'? (commands: {commands})" },
        { "quixotic", null, "dtrain: there is no command 'quixotic' (commands: {commands})" },
        { "--verison", null, "dtrain: there is no option '--verison' before the command; did you mean '--version'?" },
        { "train --epoch 3", null, "dtrain: 'dtrain train' has no option '--epoch'; did you mean '--epochs'?" },
        { "train --lerning-rate=0.1", null, "dtrain: 'dtrain train' has no option '--lerning-rate'; did you mean '--learning-rate'?" },
        { "train --wrkers 2", null, "dtrain: 'dtrain train' has no option '--wrkers'; did you mean '--workers'?" },
        { "train digits", null, "dtrain: 'digits' is one argument too many for 'dtrain train'" },
        { "train --epochs", null, "dtrain: --epochs needs a value: N, the most passes over the data (default: up to 200 by the samples; images 100, 50 from 1,000)" },
        { "train --epochs 3 --epochs 4", null, "dtrain: --epochs is given 2 times; once is enough" },
        { "evaluate --data x.csv", null, "dtrain: 'dtrain evaluate' needs --model DIR: a model's folder, or a job's: its best/ is taken" },
        { "predict --data x.csv", null, "dtrain: 'dtrain predict' needs --model DIR, or --job JOB of a cluster: what predicts" },
        { "resume a b", null, "dtrain: 'b' is one argument too many for 'dtrain resume'" },

        // Values.
        { "train --epochs ten", null, "dtrain: --epochs: 'ten' is not a whole number" },
        { "train --epochs 0", null, "dtrain: --epochs: 0 is out of range: must be between 1 and 1,000,000" },
        { "train --epochs 2.5", null, "dtrain: --epochs: '2.5' is not a whole number" },
        { "train --batch -3", null, "dtrain: --batch: -3 is out of range: must be between 1 and 1,048,576" },
        { "train --hidden 64,x", null, "dtrain: --hidden: 'x' is not a size: expected whole numbers between 1 and 65,536 separated by commas, such as 64,32, or 'none'" },
        { "train --optimizer adan", null, "dtrain: --optimizer: 'adan' is unknown; did you mean 'adam'? (one of sgd, momentum, nesterov, adam, adamw)" },
        { "train --activation softplus", null, "dtrain: --activation: 'softplus' is unknown (one of relu, leaky-relu, gelu, tanh, sigmoid, identity)" },
        { "train --learning-rate 0", null, "dtrain: --learning-rate: 0 is out of range: must be above 0 and at most 1000" },
        { "train --learning-rate NaN", null, "dtrain: --learning-rate: 'NaN' is not a number" },
        { "train --dropout 1", null, "dtrain: --dropout: 1 is out of range: must be at least 0 and below 1" },
        { "train --target-accuracy 96", null, "dtrain: --target-accuracy: 96 is out of range: must be above 0 and at most 1 (0.96 is 96 %)" },
        { "train --seed -1", null, "dtrain: --seed: '-1' is not a whole number from 0 to 18446744073709551615" },
        { "train --snapshot-every often", null, "dtrain: --snapshot-every: 'often' is neither a number of steps nor a time: expected 100, 30s, 2m or epoch" },
        { "train --audit-share 1.5", null, "dtrain: --audit-share: 1.5 is out of range: must be between 0 and 1 (0.01 is 1 %)" },
        { "train --snapshot-every 1ms", null, "dtrain: --snapshot-every: 1ms is out of range: must be between 100ms and 168h" },
        { "train --workers 0", null, "dtrain: --workers: 0 is out of range: must be between 1 and 256" },
        { "train --name My_Job", null, "dtrain: --name: 'My_Job' is not a job name: expected up to 64 characters of a-z, 0-9 and '-', beginning with a letter or digit" },
        { "train --class-weights heavy", null, "dtrain: --class-weights: 'heavy' is not LABEL=WEIGHT with a weight above 0; expected that or 'balanced'" },

        // Settings that do not go together, with each other or with the data.
        { "train --shard 64 --batch 32", null, "dtrain: --shard is 64: must be at most the batch's 32" },
        { "train --shard 64", null, "dtrain: shard size is 64: it must lie between 1 and the batch size (32)" },
        { "train --target-accuracy 0.9 --validation 0", null, "dtrain: --target-accuracy needs a validation set: give --validation a share above 0 or a file, or use --target-loss" },
        { "train --data diabetes --target-accuracy 0.9", null, "dtrain: --target-accuracy needs a classifier, and the target of this data is a number; use --target-loss" },
        { "train --loss huber", null, "dtrain: --loss: a classifier has cross-entropy; squared-error and huber are for regressions" },
        { "train --data diabetes --loss cross-entropy", null, "dtrain: --loss: a regression has squared-error or huber; cross-entropy is for classifiers" },
        { "train --momentum 0.5", null, "dtrain: --momentum belongs to --optimizer momentum or nesterov" },
        { "train --step-factor 0.5 --schedule cosine", null, "dtrain: --step-factor belongs to --schedule step" },
        { "train --class-weights 11=2", null, "dtrain: --class-weights: there is no class '11'; did you mean '1'? (classes: 0, 1, 2, 3, 4, 5, 6, 7, 8, 9)" },
        { "train --data diabetes --label-smoothing 0.1", null, "dtrain: --label-smoothing needs a classifier: a regression has no labels" },

        // A server.
        { "watch digits-1", null, "dtrain: 'dtrain watch' needs --server URL or DTRAIN_SERVER: a gateway of a cluster, such as http://127.0.0.1:8080" },
        { "watch", null, "dtrain: 'dtrain watch' needs JOB: the job's name" },
        { "watch No_Name --server http://x", null, "dtrain: 'No_Name' is not a job's name" },
        { "nodes --server ftp://x", null, "dtrain: --server: 'ftp://x' is not the address of a server: expected http://HOST:PORT or https://HOST" },
        { "nodes --server http://me:secret@x", null, "is not the address of a server" },
        { "nodes --server http://x --api-key-file @/none", null, "dtrain: --api-key-file: " },
        { "nodes --server http://x --api-key-file @/file", "two words", "no API key; expected printable characters without blanks" },
        { "data", null, "dtrain: 'dtrain data' needs one of upload, list, show, delete; 'dtrain data --help' tells more" },
        { "data lst", null, "dtrain: 'dtrain data' has no command 'lst'; did you mean 'list'? (commands: upload, list, show, delete)" },
        { "data upload", null, "dtrain: 'dtrain data upload' needs FILE: a table (CSV, JSON lines, Parquet, Arrow, Excel), or a folder of IDX images; also packed" },
        { "data upload @/none.csv --server http://x", null, "none.csv: there is no such file" },
        { "submit --epochs 0 --server http://x", null, "dtrain: --epochs: 0 is out of range" },
        { "submit --workers 2 --server http://x", null, "dtrain: 'dtrain submit' has no option '--workers'" },
        { "submit --out o --server http://x", null, "dtrain: --out belongs to --follow" },
        { "resume --server http://x", null, "dtrain: 'dtrain resume' needs JOB where it talks to a server" },
        { "resume digits-1 --threads 2 --server http://x", null, "dtrain: --threads sets up one process, and a cluster has its own setup" },
        { "verify digits-1 --from-checkpoint --server http://x", null, "dtrain: --from-checkpoint: a server sends no state of the optimizer" },
        { "completion fish", null, "dtrain: 'fish' is not a supported shell; expected bash" },

        // Data.
        { "train --data @/nothing.csv", null, "nothing.csv: there is no such file, folder or built-in data set" },
        { "train --data @/file", "", "file: " },
        { "train --data @/file --target c", "a,b\n1,x\n2,y\n3,x\n4,y\n", "c" },
        { "train --data @/file", "a,a,b\n1,2,x\n3,4,y\n", "a" },
        { "train --data @/file", "a,b\n1,x\n2\n3,x\n4,y\n", "line 3: the row has 1 cell and the header 2" },
        { "train --data @/file --task regress", "a,b\n1,x\n2,y\n3,x\n4,y\n", "line 2, column \"b\"" },
        { "train --data @/file --validation 1.5", "a,b\n1,x\n2,y\n3,x\n4,y\n", "the validation fraction 1.5 is outside 0 to 0.9" },
        { "train --data @", null, "IDX" },

        // Job files.
        { "train --job @/nothing.json", null, "there is no file" },
        { "train --job @", null, "is a folder; expected a JSON file" },
        { "train --job @/file", "{\"epocs\": 3}", "dtrain: file: there is no setting 'epocs'; did you mean 'epochs'?" },
        { "train --job @/file", "{\"learning-rate\": 3}", "dtrain: file: there is no setting 'learning-rate'; did you mean 'learningRate'?" },
        { "train --job @/file", "{\"epochs\": 3,\n \"epochs\" 4}", "dtrain: file, line 2, byte 11: not JSON (" },
        { "train --job @/file", "[1]", "dtrain: file: expected a JSON object of settings, such as {\"data\": \"digits\"}" },
        { "train --job @/file", "{\"epochs\": 3, \"epochs\": 4}", "dtrain: file: 'epochs' is given twice; once is enough" },
        { "train --job @/file", "{\"epochs\": true}", "dtrain: epochs in file: true is neither text nor a number" },
        { "train --job @/file", "{\"epochs\": \"many\"}", "dtrain: epochs in file: 'many' is not a whole number" },
        { "train --job @/file", "{\"schedule\": \"cosin\"}", "dtrain: schedule in file: 'cosin' is unknown; did you mean 'cosine'? (one of constant, step, cosine)" },

        // Stores, jobs, models.
        { "train --initial-weights @/none.safetensors", null, "dtrain: --initial-weights: " },
        { "train --initial-weights @/file", "not tensors", "file: not a valid safetensors file" },
        { "train --initial-weights @/file --from digits-1", "x", "dtrain: --initial-weights and --from both give the initial weights" },
        { "export -o m.onnx", null, "dtrain: 'dtrain export' needs --model DIR or --job JOB: what to export" },
        { "export --model @ --job digits-1 -o m.onnx", null, "dtrain: --model and --job both name the model to export" },
        { "export --model @", null, "dtrain: 'dtrain export' needs --output FILE" },
        { "export --model @ -o m.bin", null, "dtrain: --output: m.bin ends neither in .onnx nor in .safetensors" },
        { "export --model @ -o m.onnx", null, "the folder holds no model" },
        { "export --model @ -o m.bin --format pickle", null, "dtrain: --format: 'pickle' is unknown (one of onnx, safetensors)" },
        { "export --model @ -o m.onnx --checkpoint last", null, "has no folder last; expected a job's folder" },
        { "verify", null, "dtrain: 'dtrain verify' needs JOB or --model DIR: what to verify" },
        { "verify digits-1 --model @", null, "dtrain: JOB and --model both name what to verify" },
        { "verify digits-1", null, "so no job 'digits-1' either" },
        { "verify --model @", null, "the folder holds no job.json" },
        { "export --job digits-1 -o m.onnx", null, "so no job 'digits-1' either" },
        { "train --store @", null, "is a folder; expected a file in it" },
        { "resume --epochs 3", null, "dtrain: --epochs belongs to the job's specification, which is immutable: only --workers, --min-workers, --blocks, --threads, --store, --snapshot-every, --audit-share, --calibrate, --out may change on resume; 'dtrain train --from JOB' begins a new job with its weights" },
        { "resume --seed=3", null, "dtrain: --seed belongs to the job's specification, which is immutable" },
        { "resume", null, "so nothing to resume; --store FILE names another" },
        { "resume No_Name", null, "dtrain: 'No_Name' is not a job's name; 'dtrain jobs' lists them" },
        { "train --from digits-9", null, "so no job 'digits-9' either" },
        { "tune --space learning-rat=0.1|0.2", null, "dtrain: --space: there is no setting 'learning-rat'; did you mean 'learning-rate'?" },
        { "tune --space epochs=10|20", null, "dtrain: --space: epochs cannot vary: a space holds settings of the network and of the optimizer, and batch" },
        { "tune --space dropout=0.5..0.1", null, "dtrain: --space: dropout: the range 0.5..0.1 is empty: its first number must be below its last" },
        { "tune --space weight-decay=log:0..0.1", null, "dtrain: --space: weight-decay: a logarithmic range must begin above 0, and this one begins at 0" },
        { "tune --strategy grid --space batch=1..1000 --space warmup=0..999", null, "dtrain: the grid has 1,000,000 points, and a search at most 10,000 trials: list fewer values, or take the strategy sobol or tpe" },
        { "tune --strategy hyperband", null, "dtrain: --strategy: 'hyperband' is unknown (one of grid, random, sobol, tpe)" },
        { "tune --hidden 64 --space hidden=8|16", null, "dtrain: --hidden is given, and the space varies it; leave one of them out" },
        { "tune --goal r2", null, "dtrain: --goal r2 needs a target of numbers, and this data has classes; take loss or accuracy" },
        { "tune --goal accuracy --validation 0", null, "dtrain: --goal needs a validation set: give --validation a share above 0 or a file, or take loss" },
        { "tune --trials 3 --budget 50", null, "dtrain: --budget and --trials both say how many trials there are; give one of them" },
        { "tune --rungs 9", null, "dtrain: --rungs is 9: 50 epochs are too few for so many rungs of 3 times the epochs each; take fewer rungs or more --epochs" },
        { "tune --from digits-1", null, "dtrain: 'dtrain tune' has no option '--from'" },
        { "tune --search @/none.json", null, "there is no file" },
        { "tune --search @/file", """{"strateg": "tpe"}""", "dtrain: file: there is no member 'strateg'; did you mean 'strategy'?; settings of all trials stand in 'job'" },
        { "predict --model @/none --data x.csv", null, "none: there is no such folder" },
        { "predict --model @ --data x.csv", null, "the folder holds no model" },
        { "predict --model @ --data x.csv --format xml", null, "dtrain: --format: 'xml' is unknown (one of table, csv, jsonl)" },
        { "evaluate --model @ --data digits", null, "the folder holds no model" },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task One_line_says_what_is_wrong_and_what_is_expected(string line, string? file, string expected)
    {
        using var console = new TestConsole();
        if (file is not null) console.Write("file", file);
        var before = Directory.GetFileSystemEntries(console.Folder);

        var code = await console.RunAsync(line.Replace("@", console.Folder, StringComparison.Ordinal).Split(' ', StringSplitOptions.RemoveEmptyEntries));

        Assert.Equal(ExitCode.BadUsage, code);
        Assert.Equal("", console.Output);
        var said = console.Error.TrimEnd('\n');
        Assert.DoesNotContain('\n', said);
        Assert.StartsWith("dtrain: ", said, StringComparison.Ordinal);
        Assert.Contains(expected.Replace("{commands}", string.Join(", ", CommandNames), StringComparison.Ordinal), said, StringComparison.Ordinal);
        Assert.Equal(before, Directory.GetFileSystemEntries(console.Folder).Where(e => e != console.PathOf("data")));
        Assert.Null(console.Cluster.Submitted);
    }

    [Fact]
    public async Task A_stack_trace_is_shown_only_when_asked_for()
    {
        using var console = new TestConsole();
        await console.RunAsync("train", "--epochs", "ten");
        Assert.DoesNotContain("   at ", console.Error, StringComparison.Ordinal);
        await console.RunAsync("train", "--epochs", "ten", "--verbose");
        Assert.Contains("   at ", console.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_folder_that_cannot_be_made_is_told_with_its_setting()
    {
        using var console = new TestConsole();
        console.Write("blocked", "a file where a folder should be");
        var code = await console.RunAsync("train", "--store", console.PathOf("blocked/store.db"));
        Assert.Equal(ExitCode.BadUsage, code);
        Assert.Contains("--store: the folder", console.Error, StringComparison.Ordinal);

        code = await console.RunAsync("train", "--out", console.PathOf("blocked/out"));
        Assert.Equal(ExitCode.BadUsage, code);
        Assert.Contains("--out: the folder", console.Error, StringComparison.Ordinal);
        Assert.Null(console.Cluster.Submitted);
    }

    private static IEnumerable<string> CommandNames => CommandTree.Create(ConsoleEnvironment.OfProcess(ProcessCluster.StartAsync)).Subcommands.Where(c => !c.Hidden).Select(c => c.Name);
}
