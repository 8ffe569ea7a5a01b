using Distributed.Dashboard.Forms;
using Distributed.Jobs.Submission;

namespace Distributed.Dashboard.Tests.Forms;

public sealed class JobFormTests
{
    [Fact]
    public void A_wrong_value_is_told_beside_its_field_and_a_right_one_takes_it_back()
    {
        var form = new JobForm();
        form.Set(Settings.LearningRate, "fast");
        Assert.Contains("learning rate", form.ErrorOf(Settings.LearningRate), StringComparison.Ordinal);
        Assert.True(form.HasErrors);
        form.Set(Settings.LearningRate, "0.01");
        Assert.False(form.HasErrors);
        form.Set(Settings.LearningRate, " ");
        Assert.Equal("", form[Settings.LearningRate]);
    }

    [Fact]
    public void Settings_that_do_not_go_together_are_told_before_they_are_sent()
    {
        var form = new JobForm();
        form.Set(Settings.Shard, "64");
        form.Set(Settings.Batch, "32");
        Assert.False(form.HasErrors);
        Assert.Null(form.Check());
        Assert.Contains("at most the batch's 32", form.ErrorOf(Settings.Shard), StringComparison.Ordinal);
    }

    [Fact]
    public void The_job_file_is_what_the_door_of_every_client_reads()
    {
        var form = new JobForm();
        form.Set(Settings.Data, "my flowers");
        form.Set(Settings.Hidden, "64,32");
        form.Set(Settings.Epochs, "12");
        form.Set(Settings.LearningRate, "1e-3");
        form.Set(Settings.NoHeader, "true");
        var given = JobFile.Parse(System.Text.Encoding.UTF8.GetBytes(form.ToJobText()), "the form");
        Assert.Equal("my flowers", given.Get(Settings.Data));
        Assert.Equal([64, 32], given.Get(Settings.Hidden)!);
        Assert.Equal(12, given.Get(Settings.Epochs));
        Assert.Equal(0.001, given.Get(Settings.LearningRate));
        Assert.True(given.Get(Settings.NoHeader));
        Assert.Equal("dtrain submit --data 'my flowers' --no-header --hidden 64,32 --learning-rate 1e-3 --epochs 12", form.ToCommand());
    }

    [Fact]
    public void A_refusal_goes_to_the_field_that_it_names()
    {
        var form = new JobForm();
        Assert.Null(form.Refuse("'target': there is no column 'x'"));
        Assert.NotNull(form.ErrorOf(Settings.Target));
        Assert.Equal("the cluster is full", form.Refuse("the cluster is full"));
    }

    [Fact]
    public void Every_setting_of_a_cluster_has_a_field_and_those_of_one_process_have_none()
    {
        Assert.DoesNotContain(Settings.Store, JobForm.Fields);
        Assert.Contains(Settings.AuditShare, JobForm.Fields);
        Assert.All(JobForm.Fields, field => Assert.DoesNotContain("(default", JobForm.AboutOf(field), StringComparison.Ordinal));
        Assert.Equal("adam", JobForm.DefaultOf(Settings.Optimizer));
    }
}
